"""The policy pages: the rules in words, what they would say to a call, the mode, and editing policy.yaml."""

from datetime import datetime, time, timedelta
from typing import Any

from hydra_lab.areas.policy.operations import Answer, Rules
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Invalid
from hydra_lab.kernel.policy.describe import ShownRule

ASKED = ("operation", "target", "kind", "mode", "hour")
KINDS = ("person", "agent", "hook", "schedule", "backlog")
MODES = ("autonomous", "supervised", "paused", "stopped")
# Questions worth asking first: words, and the query that asks them.
EXAMPLES = (
    ("an agent over MCP sends a message", {"operation": "notify.send", "kind": "agent"}),
    (
        "a schedule backs up while supervised",
        {"operation": "maintenance.run", "kind": "schedule", "mode": "supervised"},
    ),
    ("a backlog deletes old work", {"operation": "maintenance.prune_now", "kind": "backlog"}),
)
START = "# The first rule that fits a call speaks.\nrules:\n"


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every rule in the order of looking up, the mode, and the answer to what was asked."""
    rules: Rules = ctx.call("policy.show")
    query = {name: request.query.get(name, "") for name in ASKED}
    verbs = ctx.services.registry.operations()
    answer, problem = asked(ctx, query) if query["operation"] else (None, None)
    names = {verb.name for verb in verbs}
    return {
        "rules": rules,
        "remarks": ctx.call("policy.validate", text=rules.text).remarks,
        "control": ctx.call("control.show"),
        "query": query,
        "groups": ctx.services.registry.by_room(verbs),
        "kinds": KINDS,
        "modes": MODES,
        "answer": answer,
        "problem": problem,
        "spoke": spoke(rules, answer) if answer else None,
        "examples": [(words, link) for words, link in EXAMPLES if link["operation"] in names],
    }


def asked(ctx: Context, query: dict[str, str]) -> tuple[Answer | None, str | None]:
    """The answer to a question, or what is wrong with the question."""
    try:
        given: dict[str, Any] = {"operation": query["operation"], "actor": {"kind": query["kind"] or "agent"}}
        if query["target"].strip():
            given["target"] = query["target"].strip()
        if query["mode"]:
            given["mode"] = query["mode"]
        if query["hour"]:
            given["at"] = next_at(query["hour"], ctx).isoformat()
        answer: Answer = ctx.call("policy.check", **given)
    except HydraError as error:
        return None, f"{error.detail} {error.fix or ''}".strip()
    return answer, None


def next_at(hour: str, ctx: Context) -> datetime:
    """The next time that it is this hour in the lab. Raises ``Invalid``."""
    now = ctx.clock.now().astimezone(ctx.services.settings.current.zone)
    try:
        at = time.fromisoformat(hour)
    except ValueError as error:
        raise Invalid(f"“{hour[:20]}” is no time of day.", fix="Write it as 23:30.") from error
    found = datetime.combine(now.date(), at, tzinfo=now.tzinfo)
    return found if found >= now else found + timedelta(days=1)


def spoke(rules: Rules, answer: Answer) -> ShownRule | None:
    """The rule on the page that an answer came from."""
    there = [*rules.floors, *rules.rules, *rules.built_in]
    found = [rule for rule in there if rule.name in (answer.rule, f"built-in:{answer.rule}")]
    fitting = [rule for rule in found if rule.verdict is answer.verdict] or found
    return next((rule for rule in fitting if rule.reason == answer.reason), fitting[0] if fitting else None)


def load_edit(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """policy.yaml as it stands, to be changed."""
    rules: Rules = ctx.call("policy.show")
    text = rules.standing if rules.standing is not None else rules.text
    return {
        "title": "policy.yaml",
        "rules": rules,
        "text": text or START,
        "may_approve": ctx.actor.may("approve"),
    }


PAGES = (
    Page(
        path="/policy", title="Policy", template="policy.html", load=load, nav=("Hydra", 92, "shield-check", "Policy")
    ),
    Page(path="/policy/edit", title="Edit policy", template="edit.html", load=load_edit),
)
