"""Make, show, pause, run and remove recurring work."""

import re
from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from hydra_lab.areas.schedules.times import as_cron, in_words
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, NotFound
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.work import Item, Priority
from hydra_lab.kernel.work.schedules.model import Schedule, upcoming

STORY = 20
AHEAD = 5


class NewSchedule(Input):
    """Recurring work."""

    carries_work: ClassVar[bool] = True
    operation: str = Field(description="Which operation to queue")
    cron: str = Field(
        max_length=120,
        description="When: `every day at 03:00`, `weekdays at 8:00`, `every 15 minutes`, `first of the month at 4:00`, "
        "or a cron line (minute hour day month weekday) such as `0 3 * * *`",
    )
    input: dict[str, Any] = Field(default_factory=dict, description="The operation's own input")
    title: str | None = Field(
        default=None, max_length=300, description="What its work is called; the operation's summary if left out"
    )
    time_zone: str | None = Field(default=None, description="IANA name; default: the lab's")
    id: str | None = Field(
        default=None, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Default: made from the title"
    )
    priority: Priority = Field(default=Priority.MEDIUM, description="How urgent its work is")
    lane: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_.:-]{1,64}$", description="The lane it runs in; the operation's if left out"
    )


class ScheduleId(Input):
    """One schedule."""

    id: str


class ScheduleView(Output):
    """A schedule, with the item it added last."""

    schedule: Schedule
    last: Item | None
    when: str = Field(description="Its times in words; the cron line where there are none")


class Firing(Output):
    """One of its times: that it fired, was skipped because the last was still open, or was refused."""

    at: datetime
    what: Literal["fired", "skipped", "refused"]
    item: Item | None = Field(description="What it added, while that is kept; for a skipped one, what was open")
    missed: int = Field(description="Earlier times that were made up for by this one")
    detail: str | None


class ScheduleStory(ScheduleView):
    """A schedule with what it did and will do."""

    upcoming: list[datetime]
    firings: list[Firing] = Field(description="The latest first")


class Schedules(Output):
    """Every schedule, the next to fire first."""

    schedules: list[ScheduleView]


def view(ctx: Context, schedule: Schedule) -> ScheduleView:
    """A schedule and its last item, if that is still kept."""
    return ScheduleView(
        schedule=schedule, last=kept(ctx, schedule.last_item), when=in_words(schedule.cron) or schedule.cron
    )  # fmt: skip


def kept(ctx: Context, id: str | None) -> Item | None:
    """An item, unless it was pruned."""
    try:
        return ctx.services.work.get(id) if id else None
    except NotFound:
        return None


def firings(ctx: Context, schedule: Schedule) -> list[Firing]:
    """What became of its latest times, as the journal tells."""
    names = ("schedules.fired", "schedules.skipped", "schedules.refused")
    with ctx.read() as connection:
        told = journal.page(connection, Filter(names=names, subject=schedule.title), before=None, limit=STORY)
    return [
        Firing.model_validate(
            {
                "at": event.at, "what": event.name.partition(".")[2], "item": kept(ctx, event.item),
                "missed": event.data.get("missed", 0),
                "detail": event.data.get("reason") or event.data.get("error", {}).get("detail"),
            }
        )
        for event in told
        if event.actor_name == schedule.id
    ]  # fmt: skip


@operation("schedules.list", effect=Effect.READ, path="GET /schedules", tool=True)
def list_(ctx: Context) -> Schedules:
    """Show recurring work: when it runs next, and what it did last."""
    return Schedules(schedules=[view(ctx, one) for one in ctx.services.work.schedules.all()])


@operation("schedules.show", effect=Effect.READ, path="GET /schedules/{id}")
def show(ctx: Context, input: ScheduleId) -> ScheduleStory:
    """Show one schedule: when it runs next, and what it did at its latest times."""
    schedule = ctx.services.work.schedules.get(input.id)
    ahead = [] if schedule.paused else upcoming(schedule.cron, schedule.time_zone, ctx.clock.now(), AHEAD)
    return ScheduleStory(**dict(view(ctx, schedule)), upcoming=ahead, firings=firings(ctx, schedule))


@operation("schedules.create", effect=Effect.WRITE, path="POST /schedules", status=201, queueable=False)
def create(ctx: Context, input: NewSchedule) -> Schedule:
    """Have an operation queued again and again, by a cron line in a time zone."""
    verb = ctx.services.registry.operation(input.operation)
    title = input.title or verb.summary
    id = input.id or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "schedule"
    if id == "new" or ctx.services.work.schedules.exists(id):
        raise Conflict(f"There is a schedule “{id}” already.", fix="Give another id, or remove that one first.")
    options = {name: value for name, value in (("priority", input.priority), ("lane", input.lane)) if value}
    return ctx.services.work.schedules.create(
        id=id, title=title, verb=verb, input=input.input, cron=as_cron(input.cron), time_zone=input.time_zone,
        options=options, actor=ctx.actor, cause=ctx.cause,
    )  # fmt: skip


@operation("schedules.pause", effect=Effect.WRITE, path="POST /schedules/{id}/pause", subject="id", queueable=False)
def pause(ctx: Context, input: ScheduleId) -> Schedule:
    """Have a schedule fire no more until it is resumed."""
    return ctx.services.work.schedules.set_paused(input.id, True, ctx.actor, ctx.cause)


@operation("schedules.resume", effect=Effect.WRITE, path="POST /schedules/{id}/resume", subject="id", queueable=False)
def resume(ctx: Context, input: ScheduleId) -> Schedule:
    """Have a paused schedule fire again; what it missed is not made up for."""
    return ctx.services.work.schedules.set_paused(input.id, False, ctx.actor, ctx.cause)


@operation("schedules.run", effect=Effect.WRITE, path="POST /schedules/{id}/run", subject="id", queueable=False)
def run(ctx: Context, input: ScheduleId) -> Item:
    """Run a schedule's work now, besides its times."""
    return ctx.services.work.schedules.run_now(input.id)


@operation("schedules.remove", effect=Effect.WRITE, path="DELETE /schedules/{id}", subject="id", queueable=False)
def remove(ctx: Context, input: ScheduleId) -> Schedule:
    """Remove a schedule; work it has queued stays."""
    return ctx.services.work.schedules.remove(input.id, ctx.actor, ctx.cause)
