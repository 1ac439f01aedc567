"""Noticing that a container which asks for it has become ill: its healing is queued, for now or for later."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.containers import store as containers
from hydra_lab.areas.containers.heal import store
from hydra_lab.areas.containers.heal.evidence import state_of
from hydra_lab.areas.containers.heal.judging import cool_at, hours_open_at, refusal
from hydra_lab.areas.containers.heal.model import Remediation
from hydra_lab.areas.containers.heal.wishes import LABEL, NONE, care_of
from hydra_lab.areas.containers.model import exit_words
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.journal import Event, Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.work import NewItem, State
from hydra_lab.kernel.work import store as work

HEAL = "containers.heal"
ILL = ("containers.die", "containers.health_status", "containers.start_failed")
OVER = ("items.cancelled", "items.failed")
HEALER = Actor(kind=ActorKind.SCHEDULE, name="healing", scopes=frozenset({"read", "write"}))
JUST_NOW = timedelta(seconds=20)
DAY = timedelta(days=1)
# Signals that programs take as a word to themselves; any other that was sent to a container was meant to end it.
TALK = ("1", "10", "12", "28")


def notice(ctx: Context, connection: Connection, events: Sequence[Event]) -> None:
    """Queue healing where a container that asks for it has become ill; close what will not go on."""
    for event in events:
        if event.name in OVER:
            if event.data.get("operation") in (HEAL, None) and event.item:
                close(ctx, connection, event.item, event.name)
            continue
        reason, name = reason_of(event), event.subject
        one = containers.seen_named(connection, name) if reason and name else None
        if not reason or not one or one.labels.get(LABEL, "off").strip().lower() in NONE:
            continue
        if is_open(connection, one.name) or was_meant(connection, event):
            continue
        queue(ctx, connection, one, reason, event)
    after_commit(connection, ctx.services.work.wake)


def queue(ctx: Context, connection: Connection, one: Container, reason: str, event: Event) -> None:
    """Queue it; outside of its hours, or while it cools down, for when that is over."""
    later, why = when(ctx, connection, one)
    input = {"id": one.name, "reason": reason, "at": event.at.isoformat()}
    new = NewItem(
        actor=HEALER, operation=HEAL, input=input, title=f"Heal {one.name}", cause=event.id,
        key=f"heal:{one.id[:12]}:{event.id}", not_before=later,
    )  # fmt: skip
    (id, _) = ctx.services.work.insert(connection, [new])[0]
    if later:
        store.put_remediation(connection, kept(id, one, reason, "waits", ctx.services.clock.now(), detail=why))


def when(ctx: Context, connection: Connection, one: Container) -> tuple[datetime | None, str | None]:
    """From when on it may be healed, and why not before; ``None`` where it is decided now."""
    now, settings = ctx.services.clock.now(), ctx.services.settings.current
    past, rules = store.past(connection, since=now - DAY), store.healing_rules(connection)
    try:
        care = care_of(one.labels)
        opens = hours_open_at(care, now, settings.zone, settings.overnight)
    except Invalid:
        return None, None
    cool = cool_at(one.name, care, past)
    against = refusal(max(now, cool) if cool else now, one.name, one.labels, care, rules, past)
    if against:
        return None, None
    if opens and (not cool or opens > cool):
        return opens, f"it is healed only in its hours, {care.hours}"
    if cool and cool > now:
        return cool, f"it cools down for {care.cooldown_s} s after the last attempt"
    return None, None


def close(ctx: Context, connection: Connection, id: str, name: str) -> None:
    """Say of an attempt whose work ended without it that it is over."""
    one = store.remediation(connection, id)
    if one is None or not (one.asks or one.outcome in store.OPEN):
        return
    how = "the work was cancelled" if name == "items.cancelled" else "the work failed"
    changed: dict[str, Any] = {"asks": False, "ended_at": one.ended_at or ctx.services.clock.now()}
    if one.outcome in store.OPEN:
        changed |= {"outcome": "refused" if one.outcome == "waits" else "failed", "detail": how}
    store.put_remediation(connection, one.model_copy(update=changed))


def kept(id: str, one: Container, reason: str, outcome: Any, at: datetime, **more: Any) -> Remediation:
    """An attempt as it is kept."""
    known: dict[str, Any] = {"detail": None, "rungs": [], "ended_at": None, "recovery_s": None, "after": None}
    return Remediation(
        id=id, container=one.name, reason=reason, outcome=outcome, at=at, item=id or None, before=state_of(one),
        **(known | more),
    )  # fmt: skip


def is_open(connection: Connection, container: str) -> bool:
    """Whether an attempt on a container waits, goes on or asks a person."""
    found = work.existing(connection, store.open_ones(connection, container))
    return any(not State(state).is_over for state in found.values())


def reason_of(event: Event) -> str | None:
    """What is wrong with a container after an event; ``None`` when nothing is."""
    data = event.data
    if event.name == "containers.health_status":
        said = f": {data['detail']}" if data.get("detail") else ""
        return f"it is unhealthy{said}" if data.get("health") == "unhealthy" else None
    if event.name == "containers.start_failed":
        return f"it could not be started: {data.get('error')}"
    code = data.get("exit_code")
    if data.get("oom_killed"):
        return f"it ended with exit code {code}: memory ran out"
    return f"it ended with {exit_words(code)}" if code else None


def was_meant(connection: Connection, event: Event) -> bool:
    """Whether a container ended because somebody told it to; not another that had its name before."""
    if event.name != "containers.die":
        return False
    wanted = Filter(names=("containers.kill",), subject=event.subject, since=event.at - JUST_NOW)
    found = journal.page(connection, wanted, before=event.id, limit=10)
    same = [one for one in found if one.data.get("container") == event.data.get("container")]
    return any(str(one.data.get("signal")) not in TALK for one in same)


def ends_lately(connection: Connection, container: str, since: datetime) -> int:
    """How often a container has ended since a time without having been told to."""
    found = journal.page(
        connection, Filter(names=("containers.die",), subject=container, since=since), before=None, limit=20
    )
    return sum(bool(reason_of(one)) and not was_meant(connection, one) for one in found)
