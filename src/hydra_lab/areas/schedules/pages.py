"""The pages of schedules: what recurs, when and how it went; one of them with its story; and making one."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from hydra_lab.areas.schedules.operations import ScheduleView
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.journal import Event, Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.work import Item
from hydra_lab.kernel.work import store as work

Beat = tuple[datetime, str, timedelta | None]  # when, what became of it, how long that took
BEATS, LATELY = 20, 400

TIMES = (
    "every day at 03:00", "weekdays at 08:00", "weekends at 10:00", "mondays at 09:00", "every hour",
    "every 15 minutes", "first of the month at 04:00",
)  # fmt: skip
# Fields of a new schedule that are about how its work runs.
OPTIONS = ("title", "priority", "lane")


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every schedule, the next to fire first."""
    found: list[ScheduleView] = ctx.call("schedules.list").schedules
    return {"found": found, "beats": beats(ctx, found), "zone_name": ctx.services.settings.current.time_zone}


def beats(ctx: Context, found: list[ScheduleView]) -> dict[str, list[Beat]]:
    """What became of each schedule's latest times, the oldest first; what is no longer kept is unknown."""
    with ctx.read() as connection:
        told = journal.page(connection, Filter(names=("schedules.fired",)), before=None, limit=LATELY)
        named = {one.schedule.id: [event for event in told if event.actor_name == one.schedule.id] for one in found}
        latest = {id: list(reversed(events[:BEATS])) for id, events in named.items()}
        items = work.items_by_id(connection, [one.item for events in latest.values() for one in events if one.item])
    return {id: [beat(event, items.get(event.item or "")) for event in events] for id, events in latest.items()}


def beat(event: Event, item: Item | None) -> Beat:
    """One time: when it was, and what became of the work it added."""
    took = item.finished_at - item.started_at if item and item.finished_at and item.started_at else None
    return event.at, item.state.value if item else "unknown", took


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One schedule: its times, what it did, what it does."""
    one = ctx.call("schedules.show", id=request.path["id"])
    return {"title": one.schedule.title, "one": one, "zone_name": ctx.services.settings.current.time_zone}


def load_new(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The form of a new schedule; without an operation, the choice of one."""
    name, words = request.query.get("operation", ""), request.query.get("q", "")
    registry = ctx.services.registry
    verbs = [verb for verb in registry.operations() if verb.queueable]
    verb = next((one for one in verbs if one.name == name), None)
    if name and verb is None:
        raise NotFound(f"{name} cannot be scheduled.", fix="Choose one of those that can be queued.")
    whole = registry.operation("schedules.create").input_schema()
    return {
        "verb": verb,
        "schema": verb.input_schema() if verb else None,
        "options": {**whole, "properties": {one: whole["properties"][one] for one in OPTIONS}, "required": []},
        "groups": [] if verb else registry.by_room(registry.workable(words)),
        "q": words,
        "times": TIMES,
        "zones": sorted(available_timezones()),
        "zone_name": ctx.services.settings.current.time_zone,
    }


PAGES = (
    Page(
        path="/schedules", title="Schedules", template="list.html", load=load_list,
        nav=("Make", 85, "calendar-clock", "Schedules"),
    ),
    Page(path="/schedules/new", title="New schedule", template="new.html", load=load_new),
    Page(path="/schedules/{id}", title="Schedule", template="one.html", load=load_one),
)  # fmt: skip
