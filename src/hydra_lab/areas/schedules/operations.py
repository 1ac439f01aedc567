"""Make, show, pause, run and remove recurring work."""

import re
from typing import Any

from pydantic import Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, NotFound
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.work import Item, Priority
from hydra_lab.kernel.work.schedules.model import Schedule


class NewSchedule(Input):
    """Recurring work."""

    operation: str = Field(description="Which operation to queue")
    cron: str = Field(description="minute hour day month weekday, e.g. `0 3 * * *`")
    input: dict[str, Any] = Field(default_factory=dict, description="The operation's own input")
    title: str | None = Field(default=None, max_length=300)
    time_zone: str | None = Field(default=None, description="IANA name; default: the lab's")
    id: str | None = Field(
        default=None, pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Default: made from the title"
    )
    priority: Priority = Priority.MEDIUM
    lane: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]{1,64}$", description="Where it runs")


class ScheduleId(Input):
    """One schedule."""

    id: str


class ScheduleView(Output):
    """A schedule, with the item it added last."""

    schedule: Schedule
    last: Item | None


class Schedules(Output):
    """Every schedule, the next to fire first."""

    schedules: list[ScheduleView]


def view(ctx: Context, schedule: Schedule) -> ScheduleView:
    """A schedule and its last item, if that is still kept."""
    try:
        last = ctx.services.work.get(schedule.last_item) if schedule.last_item else None
    except NotFound:
        last = None
    return ScheduleView(schedule=schedule, last=last)


@operation("schedules.list", effect=Effect.READ, path="GET /schedules", tool=True)
def list_(ctx: Context) -> Schedules:
    """Show recurring work: when it runs next, and what it did last."""
    return Schedules(schedules=[view(ctx, one) for one in ctx.services.work.schedules.all()])


@operation("schedules.show", effect=Effect.READ, path="GET /schedules/{id}")
def show(ctx: Context, input: ScheduleId) -> ScheduleView:
    """Show one schedule."""
    return view(ctx, ctx.services.work.schedules.get(input.id))


@operation("schedules.create", effect=Effect.WRITE, path="POST /schedules", status=201, queueable=False)
def create(ctx: Context, input: NewSchedule) -> Schedule:
    """Have an operation queued again and again, by a cron line in a time zone."""
    verb = ctx.services.registry.operation(input.operation)
    title = input.title or verb.summary
    id = input.id or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "schedule"
    if ctx.services.work.schedules.exists(id):
        raise Conflict(f"There is a schedule “{id}” already.", fix="Give another id, or remove that one first.")
    options = {name: value for name, value in (("priority", input.priority), ("lane", input.lane)) if value}
    return ctx.services.work.schedules.create(
        id=id, title=title, verb=verb, input=input.input, cron=input.cron, time_zone=input.time_zone, options=options,
        actor=ctx.actor, cause=ctx.cause,
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
