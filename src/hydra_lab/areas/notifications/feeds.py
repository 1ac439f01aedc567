"""What notifications do by themselves and tell others: the outbox's beats, and a check."""

from datetime import timedelta

from hydra_lab.areas.notifications import store
from hydra_lab.areas.notifications.model import State
from hydra_lab.areas.notifications.operations import ChannelState, Outbox, Wanted, list_
from hydra_lab.areas.notifications.outbox.collect import READER
from hydra_lab.areas.notifications.outbox.send import TOO_OLD, send_due
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult

# What the built-in rules speak of; what others do is found with the next beat.
SOON = ("items.done", "items.failed", "approvals.", "integrations.", "disk.", "policy.", "keys.", "sessions.",
        "http.outcome_unknown", "notifications.", "alerts.", "benchmarks.regressed", "containers.heal",
        "containers.oom")  # fmt: skip
STALE = {
    "code": "expired", "detail": "It could not be sent for three days, and is old news now.",
    "fix": "Set its channel again, then try it again if it still matters.",
}  # fmt: skip


def prune(ctx: Context) -> None:
    """Give up what could not be sent for days, and forget what is old.

    Messages that were sent are kept as long as log lines, those given up as long as work items.
    """
    keep, now = ctx.services.settings.current.retention, ctx.clock.now()
    with ctx.begin() as connection:
        if count := store.expire(connection, now - TOO_OLD, now, STALE):
            ctx.emit(connection, "notifications.expired", data={"count": count})
        store.prune(connection, (State.SENT, State.DROPPED), now - timedelta(days=keep.logs_days))
        store.prune(connection, (State.DEAD,), now - timedelta(days=keep.items_days))


def check(ctx: Context) -> CheckResult:
    """Whether every channel is on and no message was given up."""
    outbox: Outbox = list_(ctx, Wanted(state=State.DEAD, limit=1))
    off: list[ChannelState] = [one for one in outbox.channels if not one.on]
    if off:
        detail = "; ".join(f"{one.title} is off: {one.reason}" for one in off)
        return CheckResult(status="bad", detail=detail, fix=f"Set it again: /ui/integrations/{off[0].integration}.")
    given_up = outbox.counts.get(State.DEAD, 0)
    if given_up:
        word = "message was" if given_up == 1 else "messages were"
        return CheckResult(
            status="warn", detail=f"{given_up} {word} given up.", fix="See /ui/notifications, and try them again."
        )
    if not outbox.channels:
        return CheckResult(status="ok", detail="No channel is configured; nothing is told outside Hydra.")
    return CheckResult(
        status="ok", detail=f"{len(outbox.channels)} channels, nothing given up.".replace("1 channels", "1 channel")
    )


CONTRIBUTIONS = (
    READER,
    Beat(name="notifications", every_s=5.0, run=send_due, on=SOON),
    Beat(name="notifications-prune", every_s=3600.0, run=prune),
    Check(name="notifications", title="Notifications", run=check),
)
