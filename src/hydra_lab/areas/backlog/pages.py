"""The backlog's pages: what was imported and how far it is, one document tier by tier, and the import form."""

from typing import Any

from hydra_lab.areas.backlog.views import BacklogShown, EntryShown, Summaries
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work import Item

ENTRIES = 250
STATES = ("done", "running", "queued", "held", "failed", "cancelled")


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every backlog with its progress."""
    found: Summaries = ctx.call("backlog.list")
    return {"backlogs": [{"summary": one, "progress": progress(one.states, one.items)} for one in found.backlogs]}


def load_import(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The import form; names of what is there already, for importing again."""
    found: Summaries = ctx.call("backlog.list")
    return {"names": [one.name for one in found.backlogs], "name": request.query.get("name", "")}


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One document: its tiers with their items, its phases, what it reserves for a person, what was not understood."""
    offset = int(request.query.get("offset", "0")) if request.query.get("offset", "0").isdigit() else 0
    backlog: BacklogShown = ctx.call("backlog.show", name=request.path["name"], offset=offset, limit=ENTRIES)
    held: list[Item] = ctx.call("queue.list", state="held", limit=500).items
    reasons = {item.id: item.holds[0] for item in held if item.holds}
    ids = {entry.key: entry for entry in backlog.entries}
    return {
        "title": backlog.title or backlog.name,
        "backlog": backlog,
        "progress": progress(backlog.states, backlog.items),
        "tiers": tiers(backlog),
        "reasons": reasons,
        "phases": [
            {"phase": phase, "steps": [{"step": step, "entry": ids.get(step.key or "")} for step in phase.steps]}
            for phase in backlog.phases
        ],
        "older": {"offset": offset + ENTRIES} if offset + ENTRIES < backlog.items else None,
        "first": {} if offset else None,
    }


def progress(states: dict[str, int], items: int) -> dict[str, Any]:
    """How far a document is: its bar in percent, and the same in words."""
    shares = {"done": "a", "running": "b", "failed": "bad"}
    segments = [
        (100 * states.get(state, 0) / items, colour) for state, colour in shares.items() if items and states.get(state)
    ]
    parts = [f"{states[state]} {'ready' if state == 'queued' else state}" for state in STATES if states.get(state)]
    return {"segments": segments, "words": ", ".join(parts) or "nothing yet", "done": states.get("done", 0)}


def tiers(backlog: BacklogShown) -> list[dict[str, Any]]:
    """The items by tier, in the document's order; those of no tier last."""
    titles = {tier.number: tier for tier in backlog.tiers}
    groups: dict[int | None, list[EntryShown]] = {}
    for entry in backlog.entries:
        groups.setdefault(entry.tier, []).append(entry)
    found = []
    for number in sorted(groups, key=lambda one: (one is None, one or 0)):
        tier, entries = titles.get(number) if number is not None else None, groups[number]
        title = f"Tier {number}" if number is not None else "Without a tier"
        found.append({
            "title": f"{title}: {tier.title.capitalize()}" if tier and tier.title else title,
            "note": tier.note if tier else None,
            "entries": entries,
            "done": sum(entry.state == "done" for entry in entries),
        })  # fmt: skip
    return found


PAGES = (
    Page(path="/backlog", title="Backlog", template="list.html", load=load_list, nav=("", 35, "book-open", "Backlog")),
    Page(path="/backlog/import", title="Import a backlog", template="import.html", load=load_import),
    Page(path="/backlog/{name}", title="Backlog", template="one.html", load=load_one),
)
