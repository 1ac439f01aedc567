"""What a trigger does about an event: start work, or say why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from hydra_lab.areas.triggers import store
from hydra_lab.areas.triggers.matching import as_text, filled, fits
from hydra_lab.areas.triggers.model import Outcome, Trigger, TriggerView
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.work import NewItem

HOUR = timedelta(hours=1)
STRANGERS = (ActorKind.HOOK, ActorKind.AGENT)


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
    """Have every trigger decide about what happened."""
    waiting = [view for view in store.all_triggers(connection) if not view.trigger.paused]
    for event in events:
        for view in waiting:
            if fits(view.trigger.when, event) and event.actor_name != name_of(view.id):
                one(replace(ctx, cause=event.id), connection, view, event)
    ctx.services.work.wake()


def one(ctx: Context, connection: Connection, view: TriggerView, event: Event) -> None:
    """Have one trigger decide about one event, and journal what came of it."""
    before = store.one(connection, view.id)
    decided = decide(ctx, connection, view.id, view.trigger, event)
    store.note(connection, view.id, ctx.clock.now(), decided.outcome, decided.detail, decided.item)
    repeated = before is not None and before.last_outcome == decided.outcome
    if decided.outcome in ("cooling down", "known") or (decided.outcome == "too many" and repeated):
        return
    data = {"operation": view.trigger.start.operation, "item": decided.item, "detail": decided.detail}
    name = "triggers." + decided.outcome.replace(" ", "_")
    ctx.emit(connection, name, subject=view.id, data={key: value for key, value in data.items() if value})


def decide(ctx: Context, connection: Connection, id: str, trigger: Trigger, event: Event) -> Decided:
    """Start the work, unless something speaks against it."""
    now = ctx.clock.now()
    last = store.started_at(connection, id)
    if last and now < last + timedelta(minutes=trigger.cooldown_minutes):
        return Decided(outcome="cooling down")
    if store.started_since(connection, id, now - HOUR) >= trigger.most_an_hour:
        return Decided(outcome="too many", detail=f"It has started work {trigger.most_an_hour} times within the hour.")
    try:
        new = work_of(id, trigger, event)
        if trigger.dry_run:
            ctx.services.gate.parse(ctx.services.registry.operation(trigger.start.operation), new.input)
            return Decided(outcome="would start", detail=as_text(new.title) or None)
        ((item, is_new),) = ctx.services.work.insert(connection, [new])
    except HydraError as error:
        return Decided(outcome="refused", detail=error.detail)
    if not is_new:
        return Decided(outcome="known", item=item)
    store.note_start(connection, id, event.id, now)
    return Decided(outcome="started", item=item)


def work_of(id: str, trigger: Trigger, event: Event) -> NewItem:
    """The work that an event makes. Raises ``Invalid`` when the event lacks what the templates name."""
    start = trigger.start
    once = filled(trigger.once_per, event) if trigger.once_per else event.id
    title = filled(start.title, event) if start.title else None
    return NewItem(
        actor=actor_of(id, event), operation=start.operation, input=filled(start.input, event),
        title=as_text(title)[:300] or None, priority=start.priority, window=start.window, lane=start.lane,
        key=f"trigger:{id}:{as_text(once)}"[:200], cause=event.id,
    )  # fmt: skip


def name_of(id: str) -> str:
    """What a trigger's work is signed with."""
    return f"trigger:{id}"


def actor_of(id: str, event: Event) -> Actor:
    """As whom the work is judged: what an agent or a hook set going asks a person before it changes anything."""
    kind = ActorKind.HOOK if event.actor in STRANGERS else ActorKind.SCHEDULE
    return Actor(kind=kind, name=name_of(id), scopes=frozenset({"read", "write"}))
