"""The activity page: the journal, filtered and paged, and the whole story that one entry belongs to."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.journal import Event, Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.policy.model import ActorKind

PAGE = 60
ALIKE = 3  # so many entries in a row that differ only in their time are one line
HOURS = 24
FILTERS = ("q", "actor", "topic", "day", "item")


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """A page of entries, newest first; ``?event=`` opens one with its story."""
    query = {name: request.query.get(name, "") for name in FILTERS}
    chosen = {name: value for name, value in query.items() if value}
    wanted = filter_of(ctx, query)
    before, seen = number(request.query.get("before")), number(request.query.get("seen"))
    with ctx.read() as connection:
        wanted = journal.bounded(connection, wanted, before=before)
        events = journal.page(connection, wanted, before=before, limit=PAGE + 1)
        total = (
            journal.count(connection, wanted, before=before if wanted.q else None)
            if chosen
            else journal.newest_id(connection)
        )
        newest = journal.newest_id(connection)
        opened = number(request.query.get("event"))
        one = journal.one(connection, opened) if opened else None
        story = journal.chain(connection, one.id) if one else []
    shown = events[:PAGE]
    older = shown[-1].id if len(events) > PAGE else wanted.floor
    first = shown[0].id if shown else 0
    zone = ctx.services.settings.current.zone
    place = {**chosen, **({"before": str(before)} if before else {})}
    return {
        "query": query,
        "filtered": bool(chosen),
        "total": total,
        "searched": journal.SEARCHED if wanted.floor is not None else None,
        "days": [
            {"first": group[0].at, "lines": lines(group)}
            for group in (
                list(found) for _, found in groupby(shown, key=lambda event: event.at.astimezone(zone).date())
            )
        ],
        "chosen": one,
        "chain": levels(story),
        "place": place,
        "older": {**chosen, "before": str(older)} if older is not None else None,
        "newest": chosen if before else None,
        "fresh": max(0, newest - (seen or newest)) if not before else 0,
        "first": first,
        "hours": last_day(ctx),
        "actors": [kind.value for kind in ActorKind],
        "topics": topics(ctx),
    }


@dataclass(frozen=True, kw_only=True)
class Line:
    """An entry, and the ones before it that say the same of an earlier time."""

    event: Event
    more: list[Event]


def lines(events: list[Event]) -> list[Line]:
    """Entries as lines: what only repeats itself, such as the calls of a hook, is folded."""
    found = []
    for _, run in groupby(
        events, key=lambda one: (one.name, one.actor, one.actor_name, one.subject, one.item, one.data)
    ):
        first, *more = run
        folds = len(more) + 1 >= ALIKE
        found += [Line(event=first, more=more)] if folds else [Line(event=one, more=[]) for one in (first, *more)]
    return found


def filter_of(ctx: Context, query: dict[str, str]) -> Filter:
    """The query as the journal takes it; a day is a day of the lab."""
    since = until = None
    try:
        day = date.fromisoformat(query["day"])
    except ValueError:
        pass
    else:
        since = datetime.combine(day, time(), tzinfo=ctx.services.settings.current.zone)
        until = since + timedelta(days=1)
    return Filter(
        topics=(query["topic"],) if query["topic"] else (), actor=query["actor"] or None, item=query["item"] or None,
        q=query["q"] or None, since=since, until=until,
    )  # fmt: skip


def last_day(ctx: Context) -> list[dict[str, Any]]:
    """The last 24 hours, the running one included: how many entries each has, and how many of failed work."""
    now = ctx.clock.now()
    begin = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    with ctx.read() as connection:
        oldest = journal.one(connection, 1)
        counted = journal.by_hour(connection, begin, "items.failed")
    found = []
    for hour in range(HOURS):
        since, until = begin + timedelta(hours=hour), begin + timedelta(hours=hour + 1)
        events: int | None = None
        failed: int | None = None
        if oldest is None or oldest.at < until:  # before Hydra began there is nothing to count
            events, failed = counted.get(hour, (0, 0))
        found.append({"at": since, "events": events, "failed": failed})
    return found


def number(text: str | None) -> int | None:
    """A number from a query, ``None`` for anything else."""
    return int(text) if text and text.isdigit() else None


def topics(ctx: Context) -> list[str]:
    """The first words of events: areas, and what the kernel itself tells of."""
    kernel = {"items", "approvals", "operations", "policy", "integrations", "sessions", "keys", "schedules"}
    return sorted({*ctx.services.registry.areas, *kernel})


def levels(story: list[Event]) -> list[dict[str, Any]]:
    """A story as a flat list: each entry after its cause, with how deep it is and the time since the root."""
    depth: dict[int, int] = {}
    children: dict[int | None, list[Event]] = {}
    known = {event.id for event in story}
    for event in story:
        children.setdefault(event.cause if event.cause in known else None, []).append(event)
    found: list[dict[str, Any]] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        event = waiting.pop()
        depth[event.id] = depth.get(event.cause or 0, 0) + 1 if event.cause in known else 1
        found.append({"event": event, "level": depth[event.id], "after": event.at - story[0].at})
        waiting += reversed(children.get(event.id, []))
    return found


PAGES = (
    Page(path="/activity", title="Activity", template="list.html", load=load, nav=("", 40, "history", "Activity")),
)
