"""From the outbox to the channels: tried again after a pause, given up in the end, and never lost on the way."""

import random
import threading
from datetime import timedelta
from typing import Any

import structlog

from hydra_lab.areas.notifications import store
from hydra_lab.areas.notifications.channels import channel as channel_of
from hydra_lab.areas.notifications.model import Message, State
from hydra_lab.areas.notifications.outbox.compose import notice_of
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Busy, Denied, HydraError, Unavailable, describe
from hydra_lab.kernel.work.finish import back_off

log = structlog.get_logger()
LEASE = timedelta(minutes=3)  # a process that has not said for so long what became of a message is gone
FIRST_PAUSE, TRIES, BUSY_PAUSE_S = timedelta(seconds=20), 12, 30.0
TOO_OLD = timedelta(days=3)


def send_due(ctx: Context) -> None:
    """Send what is due, each channel in a thread of its own so that a slow one keeps nobody waiting."""
    with ctx.read() as connection:
        ready = store.ready_channels(connection, ctx.clock.now(), *owner_of(ctx))
    for name in ready:
        threading.Thread(target=drain, args=(ctx, name), name=f"notify-{name}", daemon=True).start()


def owner_of(ctx: Context) -> tuple[str, bool]:
    """This process's name, and whether it is the only one that sends."""
    return ctx.services.database.name, ctx.services.database.is_sqlite


def drain(ctx: Context, name: str) -> None:
    """Send what a channel has to send, one after the other."""
    try:
        while (claimed := claim(ctx, name)) and deliver(ctx, *claimed):
            pass
    except Exception as error:  # the database is gone or this process ends: the message is taken up again
        log.warning("notifications.interrupted", channel=name, error=repr(error))


def claim(ctx: Context, name: str) -> tuple[Message, bool] | None:
    """Take the channel's next message, unless it is off, pauses, or is being served."""
    now, (owner, alone) = ctx.clock.now(), owner_of(ctx)
    with ctx.begin() as connection:
        if name not in store.ready_channels(connection, now, owner, alone):
            return None
        return store.claim(connection, name, now, owner=owner, alone=alone, lease_until=now + LEASE)


def deliver(ctx: Context, message: Message, quiet: bool) -> bool:
    """Send one message and write what became of it; whether the channel may go on with the next."""
    try:
        channel = channel_of(ctx, message.channel)
        with ctx.begin() as connection:
            notice = notice_of(ctx, connection, message, channel, quiet=quiet)
        if notice is None:
            settle(ctx, message, {"state": State.DROPPED})
            return True
        channel.notifier.notify(notice)
    except Busy as error:
        pause_s = BUSY_PAUSE_S if error.retry_after_s is None else max(error.retry_after_s, 0.1)
        return later(ctx, message, error, timedelta(seconds=pause_s), counts=False)
    except Denied as error:
        return turned_off(ctx, message, error)
    except Unavailable as error:
        return later(ctx, message, error, back_off(FIRST_PAUSE, message.attempts, random.SystemRandom().random()))
    except Exception as error:
        give_up(ctx, message, error)
        return True
    now = ctx.clock.now()
    settle(ctx, message, {"state": State.SENT, "sent_at": now, "error": None}, "notifications.sent")
    return True


def later(ctx: Context, message: Message, error: Unavailable, pause: timedelta, *, counts: bool = True) -> bool:
    """Try again after a pause, in which the channel sends nothing else either; or give up in the end."""
    now = ctx.clock.now()
    if (counts and message.attempts >= TRIES) or now - message.created_at > TOO_OLD:
        give_up(ctx, message, error)
        return True
    with ctx.begin() as connection:
        store.put_channel(connection, message.channel, paused_until=now + pause)
    values = {
        "state": State.WAITING, "due_at": now + pause, "error": told(ctx, error),
        "attempts": message.attempts - (0 if counts else 1),
    }  # fmt: skip
    settle(ctx, message, values)
    return False


def turned_off(ctx: Context, message: Message, error: Denied) -> bool:
    """The channel's credential is gone: it is off until it is set again, and its messages wait."""
    now, said = ctx.clock.now(), told(ctx, error)
    with ctx.begin() as connection:
        store.put_channel(connection, message.channel, off_since=now, reason=said["detail"], paused_until=None)
        ctx.emit(connection, "notifications.disabled", subject=message.channel, data={"error": said})
    log.warning("notifications.disabled", channel=message.channel, detail=said["detail"])
    settle(ctx, message, {"state": State.WAITING, "error": said, "attempts": message.attempts - 1})
    return False


def give_up(ctx: Context, message: Message, error: Exception) -> None:
    """Leave a message to a person."""
    said = told(ctx, error)
    log.warning("notifications.given_up", channel=message.channel, message=message.id, detail=said["detail"])
    settle(ctx, message, {"state": State.DEAD, "error": said}, "notifications.failed", error=said)


def told(ctx: Context, error: Exception) -> dict[str, Any]:
    """An error as it is kept: without secrets, and whole sentences."""
    said = describe(error) if isinstance(error, HydraError) else {**describe(error), "fix": None}
    scrubbed: dict[str, Any] = ctx.services.journal.scrub({name: said.get(name) for name in ("code", "detail", "fix")})
    return scrubbed


def settle(ctx: Context, message: Message, values: dict[str, Any], event: str = "", **data: Any) -> None:
    """Write what became of a message, and journal it."""
    with ctx.begin() as connection:
        if store.settle(connection, message.id, owner_of(ctx)[0], values) and event:
            first = message.parts[0]
            ctx.services.journal.write(
                connection, event, actor=ctx.actor, subject=message.channel,
                item=first.item if message.count == 1 else None, cause=first.event if message.count == 1 else None,
                data={"message": message.title, "count": message.count, "id": message.id, **data},
            )  # fmt: skip
