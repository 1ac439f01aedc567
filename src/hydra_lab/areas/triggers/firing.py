"""What a trigger does about an event: start work, or say why not."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from hydra_lab.areas.triggers import store
from hydra_lab.areas.triggers.lineage import Lineage, lineage_of, name_of
from hydra_lab.areas.triggers.matching import as_text, filled, is_for
from hydra_lab.areas.triggers.model import Outcome, Trigger, TriggerView
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.work import NewItem

HOUR = timedelta(hours=1)
LONGEST_KEY = 200
SILENT: tuple[Outcome, ...] = ("cooling down", "known", "own work")


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What became of one event."""

    outcome: Outcome
    detail: str | None = None
    item: str | None = None


def waited_for(connection: Connection) -> tuple[str, ...]:
    """The names of events that some trigger waits for."""
    found = {view.trigger.when.event.removesuffix("*") for view in store.all_triggers(connection)}
    return tuple(sorted(found))


def act(ctx: Context, connection: Connection, events: Sequence[Event]) -> None:
    """Have every trigger decide about what happened. Nobody sets, pauses or removes one meanwhile."""
    store.take_turn(connection)
    waiting = [view for view in store.all_triggers(connection) if not view.trigger.paused]
    for event in events:
        fitting = [
            view for view in waiting
            if is_for(view.id, view.trigger.when, event) and event.actor_name != name_of(view.id)
        ]  # fmt: skip
        lineage = lineage_of(ctx, connection, event) if fitting else None
        for view in fitting:
            if lineage:
                one(replace(ctx, cause=event.id), connection, view, event, lineage)
    after_commit(connection, ctx.services.work.wake)


def one(ctx: Context, connection: Connection, view: TriggerView, event: Event, lineage: Lineage) -> None:
    """Have one trigger decide about one event, and journal what came of it."""
    before = store.one(connection, view.id)
    if view.id in lineage.triggers:
        decided = Decided(outcome="own work", detail=f"{event.name} followed from what it had set going itself.")
    else:
        decided = decide(ctx, connection, view.id, view.trigger, event, lineage)
    store.note(connection, view.id, ctx.clock.now(), decided.outcome, decided.detail, decided.item)
    repeated = before is not None and before.last_outcome == decided.outcome
    if decided.outcome in SILENT or (decided.outcome == "too many" and repeated):
        return
    data = {"operation": view.trigger.start.operation, "item": decided.item, "detail": decided.detail}
    name = "triggers." + decided.outcome.replace(" ", "_")
    ctx.emit(connection, name, subject=view.id, data={key: value for key, value in data.items() if value})


def decide(ctx: Context, connection: Connection, id: str, trigger: Trigger, event: Event, lineage: Lineage) -> Decided:
    """Start the work, unless something speaks against it."""
    now = ctx.clock.now()
    last = store.started_at(connection, id)
    ready_at = last + timedelta(minutes=trigger.cooldown_minutes) if last else now
    if now < ready_at:
        local = ready_at.astimezone(ctx.services.settings.current.zone)
        return Decided(outcome="cooling down", detail=f"It may start work again from {local:%d %B, %H:%M} on.")
    if store.started_since(connection, id, now - HOUR) >= trigger.most_an_hour:
        return Decided(outcome="too many", detail=f"It has started work {trigger.most_an_hour} times within the hour.")
    try:
        new = work_of(id, trigger, event, from_stranger=lineage.from_stranger)
        if trigger.dry_run:
            ctx.services.gate.parse(ctx.services.registry.operation(trigger.start.operation), new.input)
            store.note_start(connection, id, event.id, now, count=0)
            return Decided(outcome="would start", detail=as_text(new.title) or None)
        ((item, is_new),) = ctx.services.work.insert(connection, [new])
    except HydraError as error:
        return Decided(outcome="refused", detail=as_told(error))
    if not is_new:
        return Decided(outcome="known", item=item)
    store.note_start(connection, id, event.id, now)
    return Decided(outcome="started", item=item)


def as_told(error: HydraError) -> str:
    """An error in one text, with each field that is wrong."""
    problems = [f"{one['field']} {one['problem']}" for one in error.data.get("problems", [])]
    return " ".join([error.detail, *(["; ".join(problems) + "."] if problems else [])])


def work_of(id: str, trigger: Trigger, event: Event, *, from_stranger: bool = False) -> NewItem:
    """The work that an event makes. Raises ``Invalid`` when the event lacks what the templates name.

    It is judged as a hook's where a hook or an agent set it going: that asks a person before it changes anything.
    """
    start = trigger.start
    once = filled(trigger.once_per, event) if trigger.once_per else event.id
    title = filled(start.title, event) if start.title else None
    kind = ActorKind.HOOK if from_stranger else ActorKind.SCHEDULE
    return NewItem(
        actor=Actor(kind=kind, name=name_of(id), scopes=frozenset({"read", "write"})),
        operation=start.operation, input=filled(start.input, event),
        title=as_text(title)[:300] or None, priority=start.priority, window=start.window, lane=start.lane,
        key=key_of(id, as_text(once)), cause=event.id,
    )  # fmt: skip


def key_of(id: str, once: str) -> str:
    """What work of a trigger is known by; long texts that only differ at their ends stay apart."""
    key = f"{name_of(id)}:{once}"
    return key if len(key) <= LONGEST_KEY else f"{name_of(id)}:{hashlib.sha256(once.encode()).hexdigest()}"
