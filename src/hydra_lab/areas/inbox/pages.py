"""The inbox page: each thing that waits for a person, with all it takes to decide it there and then."""

from typing import Any

from hydra_lab.areas.inbox.operations import Counts, Inbox, Missing, Question, Unplanned, question
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.integrations.need import either
from hydra_lab.kernel.operation import subject_of
from hydra_lab.kernel.work.approvals import store as approvals

WAITS = "It is set up; what it answered is at /ui/integrations/{}. Its work wakes by itself once it answers."
SHOWN_ITEMS, SHOWN_PLANS = 6, 12


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """What is open; with ``?show=decided`` what was decided."""
    inbox: Inbox = ctx.call("inbox.list", examples=SHOWN_ITEMS)
    decided = request.query.get("show") == "decided"
    return {
        "headline": headline(inbox.counts),
        "total": inbox.total,
        "decided": ctx.call("inbox.decided", limit=50).approvals if decided else None,
        "approvals": [asked(ctx, one) for one in inbox.approvals],
        "plans": [planned(ctx, one) for one in sorted(inbox.unplanned, key=in_document_order)[:SHOWN_PLANS]],
        "unplanned": inbox.counts.unplanned,
        "missing": [needed(ctx, one) for one in inbox.missing],
    }


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One approval, to be answered. Raises ``NotFound`` when nothing is asked about that item any more."""
    id = request.path["id"]
    with ctx.read() as connection:
        open_ = approvals.open_for(connection, id)
    if open_ is None:
        raise NotFound("Nothing is asked about this work any more.", fix="The inbox shows what was decided.")
    found = question(open_, ctx.services.work.get(id))
    return {"title": f"Approve {found.item.title}", "one": asked(ctx, found)}


def headline(counts: Counts) -> str:
    """The inbox in one sentence."""
    parts = [
        f"{count:,} {one if count == 1 else many}"
        for count, one, many in (
            (counts.approvals, "approval", "approvals"),
            (counts.missing, "missing credential", "missing credentials"),
            (counts.unplanned, "item without an operation", "items without an operation"),
        )
        if count
    ]
    return f"{', '.join(parts)}." if parts else "Nothing waits for you."


def asked(ctx: Context, question: Question) -> dict[str, Any]:
    """An approval: what would be done, to what, and which rule asks."""
    item = question.item
    found: dict[str, Any] = {
        "item": item,
        "question": question,
        "effect": "approval",
        "does": item.title,
        "subject": None,
    }
    try:
        verb = ctx.services.registry.operation(item.operation or "")
    except NotFound:
        return found
    subject = subject_of(verb, verb.input.model_construct(**item.input)) if verb.subject in item.input else None
    return {**found, "effect": verb.effect.value, "does": verb.summary, "subject": subject, "operation": verb.name}


def in_document_order(one: Unplanned) -> tuple[list[int], str]:
    """By section, then by age."""
    return [int(part) for part in (one.item.section or "").split(".") if part.isdigit()], one.item.id


def planned(ctx: Context, one: Unplanned) -> dict[str, Any]:
    """Work without an operation, and which might do it."""
    verbs = ctx.services.registry.verbs
    choices = [
        {"name": name, "summary": verbs[name].summary}
        for name in one.suggestions
        if name in verbs and verbs[name].queueable
    ]
    return {"item": one.item, "detail": one.detail, "choices": choices, "since": one.item.holds[0].since}


def needed(ctx: Context, one: Missing) -> dict[str, Any]:
    """A missing integration with the fields that would configure it; a capability with what could provide it."""
    services = ctx.services
    manifest = services.registry.integrations.get(one.integration)
    providers = [] if manifest else [
        other for other in services.registry.integrations.values() if one.integration in other.provides
    ]  # fmt: skip
    state = services.integrations.state(one.integration) if manifest else None
    configured = state is not None and state.configured
    called = either(other.title for other in providers) if providers else one.title
    return {
        "name": one.integration,
        "title": f"{called} does not answer" if configured else f"{called} is not configured",
        "label": one.title,
        "detail": one.detail,
        "unblock": WAITS.format(one.integration) if configured else one.unblock,
        "since": one.since,
        "schema": {} if configured else schema_of_missing(ctx, one.integration),
        "known": manifest is not None,
        "how_to": manifest.how_to if manifest else "",
        "providers": [{"name": other.name, "title": other.title} for other in providers],
        "waiting": one.items[:SHOWN_ITEMS],
        "more": max(0, one.waiting - SHOWN_ITEMS),
    }


def schema_of_missing(ctx: Context, name: str) -> dict[str, Any]:
    """The schema of just those settings of an integration that must be set and are not; empty when there are none."""
    manifest = ctx.services.registry.integrations.get(name)
    if manifest is None:
        return {}
    wanted = [one.name for one in ctx.services.integrations.fields(name) if one.required and not one.is_set]
    schema = manifest.settings.model_json_schema()
    kept = {one: schema["properties"][one] for one in wanted}
    return {**schema, "properties": kept, "required": wanted} if kept else {}


PAGES = (
    Page(path="/inbox", title="Inbox", template="list.html", load=load, nav=("", 20, "inbox", "Inbox")),
    Page(path="/inbox/{id}", title="Approval", template="one.html", load=load_one),
)
