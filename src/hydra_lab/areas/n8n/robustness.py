"""How robust a workflow is: named checks, each of which says what it saw."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hydra_lab.areas.n8n import nodes
from hydra_lab.areas.n8n.model import Checked, State, WorkflowView
from hydra_lab.kernel.capabilities import Run, Workflow


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known besides the workflow itself. ``runs`` are the last ones; ``credentials`` may be unknown."""

    workflows: Mapping[str, Workflow] = field(default_factory=dict)
    runs: Mapping[str, Sequence[Run]] = field(default_factory=dict)
    credentials: frozenset[str] | None = None


def judged(one: Workflow, known: Known) -> WorkflowView:
    """A workflow with every check."""
    checks = [
        check(one, known)
        for check in (error_workflow, failure_notice, retries, time_out, credentials, succeeds)
    ]  # fmt: skip
    counts = Counter(each.state for each in checks)
    decided = counts["ok"] + counts["bad"]
    return WorkflowView(
        id=one.id, name=one.name, active=one.active, tags=one.tags, updated_at=one.updated_at, checks=checks,
        score=round(100 * counts["ok"] / decided) if decided else None,
    )  # fmt: skip


def handles_errors(one: Workflow) -> bool:
    """Whether a workflow is made to run when another fails."""
    return any(nodes.kind(node) == nodes.ERROR_TRIGGER for node in nodes.on(one.nodes))


def handler_of(one: Workflow, known: Known) -> Workflow | None:
    """The workflow that runs when this one fails; ``None`` if there is none or it is gone."""
    return known.workflows.get(str(one.settings.get("errorWorkflow") or ""))


def error_workflow(one: Workflow, known: Known) -> Checked:
    """Whether something runs when it fails."""
    title = "Error workflow"
    if handles_errors(one):
        return said("error_workflow", title, "ok", "It is one itself.")
    wanted, handler = one.settings.get("errorWorkflow"), handler_of(one, known)
    if not wanted:
        return said("error_workflow", title, "bad", "Nothing runs when it fails.")
    if handler is None or handler.archived:
        return said("error_workflow", title, "bad", f"The workflow {wanted} that is to run when it fails is gone.")
    if not handles_errors(handler):
        return said("error_workflow", title, "bad", f"“{handler.name}” has no error trigger.")
    if not handler.active:
        return said("error_workflow", title, "bad", f"“{handler.name}” is not active, and n8n 2 runs only active ones.")
    return said("error_workflow", title, "ok", f"“{handler.name}” runs when it fails.")


def failure_notice(one: Workflow, known: Known) -> Checked:
    """Whether a person is told when it fails."""
    title = "Notification on failure"
    handler = one if handles_errors(one) else handler_of(one, known)
    if handler is None or not handler.active:
        return said("failure_notice", title, "bad", "Nobody is told when it fails.")
    telling = [str(node.get("name")) for node in nodes.on(handler.nodes) if nodes.tells(node)]
    if not telling:
        return said("failure_notice", title, "bad", f"No node of “{handler.name}” tells a person.")
    return said("failure_notice", title, "ok", f"“{telling[0]}” of “{handler.name}” tells.")


def retries(one: Workflow, known: Known) -> Checked:
    """Whether the nodes that speak to other systems try again."""
    title = "Retries"
    speaking = [node for node in nodes.on(one.nodes) if nodes.speaks(node)]
    once = [str(node.get("name")) for node in speaking if not nodes.retries(node)]
    if not speaking:
        return said("retries", title, "ok", "No node speaks to another system.")
    if once:
        return said("retries", title, "bad", f"{listed(once)} {'tries' if len(once) == 1 else 'try'} only once.")
    return said("retries", title, "ok", f"All of the {len(speaking)} nodes that speak to other systems try again."
                if len(speaking) > 1 else f"“{speaking[0].get('name')}” tries again.")  # fmt: skip


def time_out(one: Workflow, known: Known) -> Checked:
    """Whether a run that hangs is ended."""
    limit = one.settings.get("executionTimeout")
    if isinstance(limit, int | float) and limit > 0:
        return said("time_out", "Time-out", "ok", f"A run is ended after {limit:.0f} s.")
    return said("time_out", "Time-out", "bad", "A run that hangs is not ended.")


def credentials(one: Workflow, known: Known) -> Checked:
    """Whether the credentials that it uses exist."""
    title = "Credentials"
    used = [pair for node in nodes.on(one.nodes) for pair in nodes.credential_ids(node)]
    unset = [name for name, id in used if id is None]
    if unset:
        return said("credentials", title, "bad", f"{listed(unset)} not set.")
    if not used:
        return said("credentials", title, "ok", "It uses none.")
    if known.credentials is None:
        return said("credentials", title, "unknown", "n8n does not tell this key which credentials exist.")
    gone = [name for name, id in used if id not in known.credentials]
    if gone:
        return said("credentials", title, "bad", f"{listed(gone)} gone.")
    return said("credentials", title, "ok", "All that it uses exist.")


def succeeds(one: Workflow, known: Known) -> Checked:
    """Whether it ends well at all."""
    title = "Runs"
    over = [run for run in known.runs.get(one.id, ()) if run.is_over]
    if not over:
        return said("succeeds", title, "unknown", "No run of it is kept.")
    good = sum(run.state == "success" for run in over)
    if not good:
        times = "once" if len(over) == 1 else f"{len(over)} times"
        return said("succeeds", title, "bad", f"It ran {times}, and never ended well.")
    return said("succeeds", title, "ok", f"{good} of its last {len(over)} runs ended well." if len(over) > 1
                else "Its last run ended well.")  # fmt: skip


def said(name: str, title: str, state: State, detail: str) -> Checked:
    """What a check saw."""
    return Checked(name=name, title=title, state=state, detail=detail)


def listed(names: Sequence[str]) -> str:
    """Names in a sentence, the first few of many."""
    unique = list(dict.fromkeys(names))
    shown = ", ".join(f"“{one}”" for one in unique[:4])
    return f"{shown} and {len(unique) - 4} more" if len(unique) > 4 else shown
