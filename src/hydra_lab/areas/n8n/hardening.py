"""What would make workflows more robust: the changes, and the workflow with them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hydra_lab.areas.n8n import nodes
from hydra_lab.areas.n8n.model import Change, Foreseen, Proposal
from hydra_lab.areas.n8n.robustness import Known, handler_of, handles_errors, judged
from hydra_lab.kernel.capabilities import Workflow

TIME_OUT_S = 3600
TWICE = "a second try may do it twice"


def hardened(one: Workflow, error_workflow: str | None, known: Known) -> Workflow:
    """A workflow with an error workflow, a time-out and retries; what it has already stays as it is."""
    settings = dict(one.settings)
    handler = handler_of(one, known)
    lacks = handler is None or handler.archived or not handles_errors(handler)
    if error_workflow and lacks and not handles_errors(one):
        settings["errorWorkflow"] = error_workflow
    limit = settings.get("executionTimeout")
    if not isinstance(limit, int | float) or limit <= 0:
        settings["executionTimeout"] = TIME_OUT_S
    return replace(one, settings=settings, nodes=tuple(retrying(node) for node in one.nodes))


def retrying(node: dict[str, Any]) -> dict[str, Any]:
    """A node that tries again, where that may help."""
    if node.get("disabled") or not nodes.speaks(node) or nodes.retries(node):
        return node
    return node | {"retryOnFail": True, "maxTries": nodes.TRIES, "waitBetweenTries": nodes.WAIT_MS}


def changes(before: Workflow, after: Workflow) -> list[Change]:
    """What differs."""
    found = [
        Change(where="settings", field=name, before=before.settings.get(name), after=value)
        for name, value in after.settings.items() if before.settings.get(name) != value
    ]  # fmt: skip
    for old, new in zip(before.nodes, after.nodes, strict=True):
        caution = TWICE if old != new and nodes.may_double(new) else None
        found += [
            Change(where=str(new.get("name")), field=name, before=old.get(name), after=value, caution=caution)
            for name, value in new.items() if old.get(name) != value
        ]  # fmt: skip
    return found


def foreseen(wanted: Sequence[Workflow], error_workflow: str | None, known: Known) -> Foreseen:
    """What hardening would change in each workflow."""
    proposals = []
    for one in wanted:
        after = hardened(one, error_workflow, known)
        found = changes(one, after)
        if found:
            left = [check.detail for check in judged(after, known).checks if check.state == "bad"]
            proposals.append(Proposal(id=one.id, name=one.name, changes=found, left=left))
    return Foreseen(workflows=proposals, unchanged=len(wanted) - len(proposals))


def told(one: Change) -> tuple[str, str]:
    """A change as it is shown before it is made."""
    caution = f" ({one.caution})" if one.caution else ""
    return f"{one.where}: {one.field}", f"{in_words(one.before)} → {in_words(one.after)}{caution}"


def in_words(value: Any) -> str:
    """A setting's value."""
    if value is None:
        return "nothing"
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def content(one: Workflow) -> dict[str, Any]:
    """What of a workflow is written."""
    return {"name": one.name, "nodes": list(one.nodes), "connections": one.connections, "settings": one.settings}


def digest(one: Workflow) -> str:
    """What that content is known by."""
    return hashlib.sha256(json.dumps(content(one), sort_keys=True).encode()).hexdigest()
