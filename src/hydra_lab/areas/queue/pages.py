"""The queue's pages: all work with its filters, and one item with everything that is known of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.work import Hold, HoldKind, Item, State, measure
from hydra_lab.kernel.work import store as work
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.listing import store as listing
from hydra_lab.kernel.work.logs import store as logs
from hydra_lab.kernel.work.model import Step

# The states in the order a person looks for them, with how many of each the unfiltered page shows.
ORDER = (("running", 50), ("queued", 20), ("held", 30), ("failed", 10), ("done", 15), ("cancelled", 5))
TITLES = {
    "running": "Running",
    "queued": "Ready",
    "held": "Held",
    "failed": "Failed",
    "done": "Done",
    "cancelled": "Cancelled",
}
FILTERS = ("state", "tier", "hold", "q", "operation", "lane")
PAGE = 50
LINES = 400
SEEN = 0.8  # percent of the whole that a short step is drawn with, so that it is seen
# Steps that only record the time, an id or chance for a replay.
RECORDED = "context."
# What of a document is told elsewhere on the page.
NOT_TOLD = ("source", "key", "line", "planned_by")  # its line moves with every edit: a link leads to where it is now


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Work by state, or one page of what fits the filter."""
    query = {name: request.query.get(name, "") for name in FILTERS}
    everything = ctx.services.work.everything_hold()
    with ctx.read() as connection:
        states = measure.counts(connection, all_paused=everything is not None)
        tiers = measure.tiers(connection)
        shown = newest(connection, states, everything) if not any(query.values()) else {}
    chosen = {name: value for name, value in query.items() if value}
    values = {
        "query": query, "filtered": bool(chosen), "chips": chips(states, query), "tiers": tiers,
        "aging": f"{ctx.services.settings.current.aging_h:g}", "has_running": states.get("running", 0) > 0,
        "first": None, "older": None,
    }  # fmt: skip
    if not chosen:
        groups = [group(state, shown[state], states[state]) for state, _ in ORDER if shown[state]]
        return {**values, "groups": groups, "shown": sum(map(len, shown.values())), "total": sum(states.values())}
    cursor = request.query.get("cursor")
    answer = ctx.call("queue.list", **chosen, limit=PAGE, **({"cursor": cursor} if cursor else {}))
    groups = [{"title": "", "items": answer.items}] if answer.items else []
    return {
        **values, "groups": groups, "shown": len(answer.items), "total": answer.total,
        "first": chosen if cursor else None,
        "older": {**chosen, "cursor": answer.cursor} if answer.cursor else None,
    }  # fmt: skip


def chips(states: dict[str, int], query: dict[str, str]) -> list[dict[str, Any]]:
    """One link for each state, with how many items are in it."""
    rest = {name: value for name, value in query.items() if value and name != "state"}
    every = {
        "state": "", "label": "All", "count": sum(states.values()), "query": rest, "current": not query["state"],
    }  # fmt: skip
    return [every] + [
        {
            "state": state, "label": TITLES[state], "count": states.get(state, 0),
            "query": {**rest, "state": state}, "current": query["state"] == state,
        }
        for state, _ in ORDER
    ]  # fmt: skip


def newest(connection: Connection, states: dict[str, int], everything: Hold | None) -> dict[str, list[Item]]:
    """The newest items of each state, as many as the page shows."""
    rows = []
    for state, limit in ORDER:
        fits = listing.fitting(connection, state=state, all_paused=everything is not None)
        rows += listing.newest(connection, fits, states[state], limit=limit)
    found: dict[str, list[Item]] = {state: [] for state, _ in ORDER}
    for item in work.built(connection, rows, everything):
        found[item.state.value].append(item)
    return found


def group(state: str, items: list[Item], count: int) -> dict[str, Any]:
    """The items of one state, those that wait in the order of their document."""
    if state in ("queued", "held"):
        items = sorted(items, key=in_document_order)
    return {"title": TITLES[state], "state": state, "items": items, "count": count, "more": count > len(items)}


def in_document_order(item: Item) -> tuple[int, list[int], str]:
    """Tier, then section by its numbers, then age."""
    section = [int(part) for part in (item.section or "").split(".") if part.isdigit()]
    return (item.tier if item.tier is not None else 1_000, section, item.id)


def load_item(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One item: why it waits, its steps, log, result, files and story."""
    item: Item = ctx.call("queue.show", id=request.path["id"])
    kinds = {hold.kind for hold in item.holds}
    steps = [step for step in ctx.call("queue.steps", id=item.id).steps if not step.name.startswith(RECORDED)]
    with ctx.read() as connection:
        lines = logs.last_lines(connection, item.id, LINES)
        story = journal.page(connection, Filter(item=item.id), before=None, limit=30)
        asked = approvals.open_for(connection, item.id) if HoldKind.APPROVAL in kinds else None
        behind = [one for one in (work.item(connection, id) for id in work.dependents(connection, item.id)) if one]
    return {
        "title": item.title,
        "item": item,
        "crumb": ", ".join(
            part for part in (item.section, f"tier {item.tier}" if item.tier is not None else None, item.id[:8]) if part
        ),
        "facts": facts(item),
        "why": ctx.call("queue.why", id=item.id),
        "asked": asked,
        "paused": any(hold.kind is HoldKind.PAUSED and hold.ref == "item" for hold in item.holds),
        "hurry": bool(kinds & {HoldKind.WINDOW, HoldKind.NOT_BEFORE, HoldKind.RETRY}),
        "steps": steps,
        "spans": spans(steps, ctx.clock.now()),
        "can_retry": item.state in (State.FAILED, State.CANCELLED),
        "log": lines,
        "story": story,
        "behind": behind,
        "names": names(ctx, item),
        "settings_at": settings_at(ctx, item),
        "reported": isinstance(item.result, dict) and item.result.get("source") == "document",
        "document": document(item),
    }


def spans(steps: list[Step], now: datetime) -> dict[int, tuple[float, float]]:
    """Where each step lies between the first one's begin and the last one's end, and its length, in percent.

    Nothing of one step alone, nor of steps that nobody timed.
    """
    timed = {one.number: (one.started_at, one.finished_at or now) for one in steps if one.started_at}
    if len(timed) < 2:
        return {}
    begin, end = min(first for first, _ in timed.values()), max(last for _, last in timed.values())
    whole = (end - begin).total_seconds()
    if whole <= 0:
        return {}
    found = {}
    for number, (first, last) in timed.items():
        length = max(SEEN, 100 * (last - first).total_seconds() / whole)
        found[number] = (round(min(100 * (first - begin).total_seconds() / whole, 100 - length), 2), round(length, 2))
    return found


def facts(item: Item) -> list[str]:
    """What stands under the title: where it runs, who made it, how often it was tried."""
    found = [f"lane {item.lane}", f"made by {maker(item.created_by)}"]
    if item.effort_minutes:
        found.append(f"about {item.effort_minutes} min of work")
    if item.attempts > 1:
        found.append(f"attempt {item.attempts}")
    if item.window:
        found.append(f"window {item.window}")
    return found


def maker(made_by: str) -> str:
    """Who made an item, in words."""
    kind, _, name = made_by.partition(":")
    if name and kind in ("person", name):
        return name if kind == "person" else f"the {kind}"
    return f"{kind} {name}".strip()


def names(ctx: Context, item: Item) -> dict[str, str]:
    """The titles of what it waits for."""
    found = {}
    for hold in item.holds:
        if hold.kind is HoldKind.DEPENDENCY and hold.ref:
            try:
                found[hold.ref] = ctx.services.work.get(hold.ref).title
            except NotFound:
                found[hold.ref] = "an item that is gone"
    return found


def settings_at(ctx: Context, item: Item) -> dict[str, tuple[str, str]]:
    """For each thing that is missing, the page of the integration that gives it and its title; none where none does."""
    found: dict[str, tuple[str, str]] = {}
    for hold in item.holds:
        for name, one in ctx.services.registry.integrations.items():
            if hold.kind is HoldKind.REQUIREMENT and hold.ref and (hold.ref == name or hold.ref in one.provides):
                found.setdefault(hold.ref, (f"/integrations/{name}", one.title))
    return found


def document(item: Item) -> list[tuple[str, str]]:
    """What the document it came from says of it."""
    found = [("Impact", item.impact)] if item.impact else []
    for name, value in (item.origin or {}).items():
        if name in NOT_TOLD:
            continue
        if isinstance(value, str | int) and value != "":
            found.append((name.replace("_", " ").capitalize(), str(value)))
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            found.append((name.replace("_", " ").capitalize(), "; ".join(value)))
    return found


PAGES = (
    Page(path="/queue", title="Queue", template="list.html", load=load_list, nav=("", 30, "list-todo", "Queue")),
    Page(path="/queue/{id}", title="Item", template="item.html", load=load_item),
)
