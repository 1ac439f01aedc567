"""Stop, pause and resume Hydra, a tier or a lane; supervise it; see how it is set."""

from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.policy.model import Mode, ModeState
from hydra_lab.kernel.until import end_of
from hydra_lab.kernel.work import Hold


class For(Input):
    """When it ends by itself, and why."""

    until: str | None = Field(
        default=None, max_length=80, examples=["for 2 hours"],
        description="When it ends by itself: for 2 hours, 18:00, tomorrow 07:00, or a date and time",
    )  # fmt: skip
    reason: str | None = Field(default=None, max_length=500, description="Why; shown on every page")


class Part(Input):
    """A tier or a lane; neither means all of Hydra."""

    tier: int | None = None
    lane: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def one_at_most(self) -> "Part":
        """Refuse both at once."""
        if self.tier is not None and self.lane is not None:
            raise ValueError("name a tier or a lane, not both")
        return self

    @property
    def scope(self) -> tuple[str, str] | None:
        """``(tier|lane, value)``, ``None`` for everything."""
        if self.tier is not None:
            return "tier", str(self.tier)
        return ("lane", self.lane) if self.lane is not None else None


class Paused(Part, For):
    """What to pause, until when and why."""


class Chosen(For):
    """A mode, until when and why."""

    mode: Literal["autonomous", "supervised", "paused"]

    @model_validator(mode="after")
    def ends_in_autonomy(self) -> "Chosen":
        """Refuse an end of autonomy: it is what follows an end."""
        if self.mode == "autonomous" and self.until:
            raise ValueError("autonomous has no end: leave “until” empty, or choose supervised or paused")
        return self


class Pause(Output):
    """A paused tier or lane."""

    scope: Literal["tier", "lane"]
    value: str
    hold: Hold


class Control(Output):
    """How Hydra is set now."""

    mode: Mode
    since: datetime | None
    until: datetime | None
    reason: str | None
    by: str | None = Field(description="Who set it, e.g. person:owner")
    pauses: list[Pause]
    running: int = Field(description="Items that run now; a pause lets them finish")


def shown(ctx: Context) -> Control:
    """How Hydra is set now."""
    state = ctx.services.policy.mode()
    pauses, running = ctx.services.work.pauses()
    return Control(
        mode=state.mode, since=state.since, until=state.until, reason=state.reason, by=state.by, running=running,
        pauses=[Pause.model_validate({"scope": scope, "value": value, "hold": hold}) for scope, value, hold in pauses],
    )  # fmt: skip


def end(ctx: Context, until: str | None) -> datetime | None:
    """The end that was asked for, as an instant. Raises ``Invalid``."""
    return end_of(until, ctx.clock.now(), ctx.services.settings.current.zone) if until else None


def switch(ctx: Context, mode: Mode, until: str | None = None, reason: str | None = None) -> None:
    """Change the mode, journalled."""
    state = ModeState(mode=mode, since=ctx.clock.now(), until=end(ctx, until), reason=reason)
    with ctx.begin() as connection:
        ctx.services.policy.set_mode(connection, state, ctx.actor)
    ctx.services.work.wake()


def working(ctx: Context, mode: Mode, until: str | None = None, reason: str | None = None) -> Control:
    """Change the mode; in any but a pause, what an emergency stop had ended goes on."""
    switch(ctx, mode, until, reason)
    if mode is not Mode.PAUSED:
        ctx.services.work.restart_stopped(ctx.actor)
    return shown(ctx)


@operation("control.show", effect=Effect.READ, path="GET /control", tool=True)
def show(ctx: Context) -> Control:
    """Show the mode Hydra is in, and what is paused."""
    return shown(ctx)


@operation("control.set", effect=Effect.WRITE, path="PUT /control", queueable=False)
def set_(ctx: Context, input: Chosen) -> Control:
    """Choose how much Hydra may do alone: autonomous, supervised (every change of its own asks), or paused."""
    return working(ctx, Mode(input.mode), input.until, input.reason)


@operation("control.stop", effect=Effect.WRITE, path="POST /control/stop", queueable=False, tool=True)
def stop(ctx: Context, input: For) -> Control:
    """Emergency stop: running work is ended now and held at its last finished step; nothing starts until resumed."""
    switch(ctx, Mode.STOPPED, input.until, input.reason)
    ctx.services.work.stop_running(ctx.actor, ctx.cause, input.reason)
    return shown(ctx)


@operation("control.pause", effect=Effect.WRITE, path="POST /control/pause", queueable=False, tool=True)
def pause(ctx: Context, input: Paused) -> Control:
    """Pause all of Hydra, a tier or a lane: what runs finishes, nothing new starts."""
    if input.scope is None:
        switch(ctx, Mode.PAUSED, input.until, input.reason)
    else:
        until = end(ctx, input.until)
        ctx.services.work.pause_part(*input.scope, ctx.actor, ctx.cause, until=until, reason=input.reason)
    return shown(ctx)


@operation("control.resume", effect=Effect.WRITE, path="POST /control/resume", queueable=False, tool=True)
def resume(ctx: Context, input: Part) -> Control:
    """Resume a tier, a lane, or all of Hydra after a pause or an emergency stop."""
    if input.scope is not None:
        ctx.services.work.resume_part(*input.scope, ctx.actor, ctx.cause)
    elif ctx.services.policy.mode().mode in (Mode.PAUSED, Mode.STOPPED):
        working(ctx, Mode.AUTONOMOUS)
    else:
        raise Conflict(
            "Hydra is neither paused nor stopped.",
            fix="`hydra control show` says what is paused: a tier or a lane is resumed by name.",
        )
    return shown(ctx)


@operation("control.supervise", effect=Effect.WRITE, path="POST /control/supervise", queueable=False)
def supervise(ctx: Context, input: For) -> Control:
    """Have every write of the queue ask a person first, until it is set to autonomous again."""
    return working(ctx, Mode.SUPERVISED, input.until, input.reason)


@operation("control.autonomous", effect=Effect.WRITE, path="POST /control/autonomous", queueable=False)
def autonomous(ctx: Context) -> Control:
    """Let Hydra work by itself again, within policy."""
    return working(ctx, Mode.AUTONOMOUS)
