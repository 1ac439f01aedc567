"""Set, try, pause and remove triggers."""

from typing import Any

from pydantic import Field

from hydra_lab.areas.triggers import store
from hydra_lab.areas.triggers.checking import checked
from hydra_lab.areas.triggers.firing import as_told, work_of
from hydra_lab.areas.triggers.matching import fits
from hydra_lab.areas.triggers.measuring import store as looks
from hydra_lab.areas.triggers.measuring.model import Measured
from hydra_lab.areas.triggers.measuring.trying import trial
from hydra_lab.areas.triggers.model import ID, Trial, Tried, Trigger, TriggerView
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotFound
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.operation import Answer, Effect, Input, Output, operation
from hydra_lab.kernel.secrets.sealed import refuse_sealed, shown

LOOKED_AT = 1000


class TriggerId(Input):
    """One trigger."""

    id: str


class SetTrigger(Trigger):
    """A trigger under its id."""

    id: str = Field(pattern=ID, description="Its name: lower-case letters, digits and . _ -")


class Triggers(Output):
    """Every trigger."""

    triggers: list[TriggerView]


def found(ctx: Context, id: str) -> TriggerView:
    """A trigger. Raises ``NotFound``."""
    with ctx.read() as connection:
        view, seen = store.one(connection, id), looks.of(connection, id)
    if view is None:
        raise unknown(id)
    return measured(view, seen)


def measured(view: TriggerView, seen: Measured | None) -> TriggerView:
    """A trigger with what was seen of its measurement; one that nobody has looked at yet has an empty look."""
    return view.model_copy(update={"measured": seen or Measured()}) if view.trigger.when.metric else view


def masked(view: TriggerView) -> TriggerView:
    """A trigger as it may be shown: the secrets in its input stand masked."""
    start = view.trigger.start
    start = start.model_copy(update={"input": shown(start.input)})
    return view.model_copy(update={"trigger": view.trigger.model_copy(update={"start": start})})


def unknown(id: str) -> NotFound:
    """The error of a trigger that is not there."""
    return NotFound(f"There is no trigger {id}.", fix="`hydra triggers list` shows them.")


@operation("triggers.list", effect=Effect.READ, path="GET /triggers", tool=True)
def list_(ctx: Context) -> Triggers:
    """Show every trigger, and what became of the last event that fitted."""
    with ctx.read() as connection:
        seen = looks.all_looks(connection)
        found = [measured(view, seen.get(view.id, (None, None))[1]) for view in store.all_triggers(connection)]
    return Triggers(triggers=[masked(view) for view in found])


@operation("triggers.show", effect=Effect.READ, path="GET /triggers/{id}")
def show(ctx: Context, input: TriggerId) -> TriggerView:
    """Show one trigger."""
    return masked(found(ctx, input.id))


@operation("triggers.set", effect=Effect.WRITE, path="PUT /triggers/{id}", subject="id", scope="admin", queueable=False,
           status=201)  # fmt: skip
def set_(ctx: Context, input: SetTrigger) -> Answer[TriggerView]:
    """Make a trigger, or put another in its place: when this happens, start that."""
    refuse_sealed(input.start.input)
    checked(ctx, input.id, input)
    trigger = Trigger.model_validate(input.model_dump(exclude={"id"}))
    verb = ctx.services.registry.operation(trigger.start.operation)
    sealed = ctx.services.sealing.seal(verb.input, trigger.start.input)
    trigger = trigger.model_copy(update={"start": trigger.start.model_copy(update={"input": sealed})})
    with ctx.begin() as connection:
        store.take_turn(connection, input.id)
        before = store.one(connection, input.id)
        is_new = store.put(connection, input.id, trigger, ctx.actor.name, ctx.clock.now())
        in_earnest = before is not None and before.trigger.dry_run and not trigger.dry_run
        if in_earnest:
            store.forget_starts(connection, input.id)
        if in_earnest or (before and before.trigger.when.metric != trigger.when.metric):
            looks.forget(connection, input.id)
        data = {"event": trigger.when.event, "operation": verb.name}
        ctx.emit(connection, "triggers.set", subject=input.id, data=data)
    return Answer(body=masked(found(ctx, input.id)), status=201 if is_new else 200)


@operation("triggers.remove", effect=Effect.WRITE, path="DELETE /triggers/{id}", subject="id", scope="admin",
           queueable=False)  # fmt: skip
def remove(ctx: Context, input: TriggerId) -> None:
    """Forget a trigger. What it has started goes on."""
    with ctx.begin() as connection:
        if not store.remove(connection, input.id):
            raise unknown(input.id)
        ctx.emit(connection, "triggers.removed", subject=input.id)


@operation("triggers.pause", effect=Effect.WRITE, path="POST /triggers/{id}/pause", subject="id", queueable=False)
def pause(ctx: Context, input: TriggerId) -> TriggerView:
    """Have a trigger start nothing until it is resumed. What happens meanwhile is passed over."""
    return switched(ctx, input.id, paused=True)


@operation("triggers.resume", effect=Effect.WRITE, path="POST /triggers/{id}/resume", subject="id", scope="admin",
           queueable=False)  # fmt: skip
def resume(ctx: Context, input: TriggerId) -> TriggerView:
    """Have a paused trigger start work again, from what happens now on."""
    return switched(ctx, input.id, paused=False)


def switched(ctx: Context, id: str, *, paused: bool) -> TriggerView:
    """Pause or resume a trigger."""
    with ctx.begin() as connection:
        store.take_turn(connection, id)
        view = store.one(connection, id)
        if view is None:
            raise unknown(id)
        changed = view.trigger.model_copy(update={"paused": paused})
        store.put(connection, id, changed, view.set_by, view.set_at)
        ctx.emit(connection, "triggers.paused" if paused else "triggers.resumed", subject=id)
    return masked(found(ctx, id))


@operation("triggers.test", effect=Effect.READ, path="GET /triggers/{id}/test")
def test(ctx: Context, input: TriggerId) -> Trial:
    """Show what a trigger would have made of what happened lately, or of what is measured now. Nothing is started."""
    trigger = found(ctx, input.id).trigger
    if trigger.when.metric:
        return trial(ctx, input.id, trigger, trigger.when.metric)
    with ctx.read() as connection:
        wanted = Filter(topics=(trigger.when.event.partition(".")[0],))
        events = journal.page(connection, wanted, before=None, limit=LOOKED_AT)
    tried = []
    for event in (one for one in events if fits(trigger.when, one)):
        said: dict[str, Any] = {"event": event.id, "name": event.name, "subject": event.subject}
        try:
            new = work_of(input.id, trigger, event)
            ctx.services.gate.parse(ctx.services.registry.operation(trigger.start.operation), new.input)
            tried.append(Tried(**said, outcome="would start", input=shown(new.input), detail=new.title))
        except HydraError as error:
            tried.append(Tried(**said, outcome="refused", detail=as_told(error)))
    return Trial(looked_at=len(events), fitting=tried[:50])
