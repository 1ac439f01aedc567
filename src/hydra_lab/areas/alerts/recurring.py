"""Silences that come back: every Sunday from two to four, in the lab's time or another."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import Field

from hydra_lab.areas.alerts.model import SilenceView, silence_view
from hydra_lab.areas.alerts.silences import NEEDS, Matching, Owner, Reason, conditions, kept
from hydra_lab.kernel.capabilities import NewSilence, Silencer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Output, operation
from hydra_lab.kernel.work.schedules.model import Schedule, checked, next_after


class Window(Matching):
    """Which alerts are silenced, when again and again, and for how long."""

    owner: Owner
    reason: Reason
    cron: str = Field(max_length=120, description="When it begins: minute hour day month weekday, e.g. `0 2 * * 0`")
    minutes: int = Field(ge=1, le=7 * 24 * 60, description="How long it lasts each time, in minutes")
    time_zone: str | None = Field(default=None, description="IANA name; default: the lab's")


class Silenced(Output):
    """What came of a window: the silence, or nothing where the window is not open."""

    silence: SilenceView | None
    detail: str


def opened(cron: str, time_zone: str, minutes: int, now: datetime) -> tuple[datetime, datetime] | None:
    """Beginning and end of the window that is open now, ``None`` between two windows."""
    begin = next_after(cron, time_zone, now - timedelta(minutes=minutes))
    if begin > now:
        return None
    while (later := next_after(cron, time_zone, begin)) <= now:
        begin = later
    return begin, begin + timedelta(minutes=minutes)


@operation("alerts.silence_window", effect=Effect.WRITE, path="POST /alerts/silences/window", subject="reason",
           needs=NEEDS)  # fmt: skip
def silence_window(ctx: Context, input: Window) -> Silenced:
    """Silence for what is left of the window that is open now; a window that was missed is not made up for."""
    zone, now = zone_of(ctx, input), ctx.clock.now()
    window = opened(input.cron, zone, input.minutes, now)
    if window is None:
        return Silenced(silence=None, detail="No window is open now.")
    matchers = tuple(conditions(input.matchers))
    there = next(
        (one for one in ctx.capability(Silencer).silences() if one.state == "active" and one.ends_at >= window[1]
         and (one.matchers, one.owner) == (matchers, input.owner)), None,
    )  # fmt: skip
    if there:
        return Silenced(silence=silence_view(there), detail="It is silenced already.")
    wanted = NewSilence(matchers=matchers, starts_at=now, ends_at=window[1], owner=input.owner, reason=input.reason)
    return Silenced(silence=kept(ctx, "alerts.silenced", wanted), detail="Silenced until the window ends.")


@operation("alerts.repeat_silence", effect=Effect.WRITE, path="POST /alerts/silences/recurring", subject="reason",
           status=201)  # fmt: skip
def repeat_silence(ctx: Context, input: Window) -> Schedule:
    """Silence some alerts again and again; it becomes a schedule, which can be paused and removed."""
    zone = zone_of(ctx, input)
    checked(input.cron, zone)
    given: dict[str, Any] = input.model_dump(mode="json") | {"time_zone": zone}
    schedule: Schedule = ctx.call(
        "schedules.create", operation="alerts.silence_window", input=given, cron=input.cron, time_zone=zone,
        title=f"Silence: {input.reason}"[:300],
    )  # fmt: skip
    if opened(input.cron, zone, input.minutes, ctx.clock.now()):
        ctx.call("schedules.run", id=schedule.id)
    return schedule


def zone_of(ctx: Context, input: Window) -> str:
    """The zone in which a window is meant."""
    return input.time_zone or ctx.services.settings.current.time_zone
