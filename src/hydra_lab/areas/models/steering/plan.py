"""What a change of models would do: what goes, what it needs, and whether that fits, before anything is touched."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from hydra_lab.areas.models import memory, store
from hydra_lab.areas.models.looking import in_ledger, server
from hydra_lab.areas.models.model import gib
from hydra_lab.kernel.capabilities import Ability, LoadedModel, Model, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.gpus import store as ledger_of
from hydra_lab.kernel.gpus.room import Room

ROUNDING_GIB = 0.05


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A change of what is loaded. ``before`` is what was loaded, ``None`` where that is not told; ``goes`` is of it.

    ``need_gib`` is what the model took when it was last loaded, else the size of its files; ``held_gib`` what goes
    holds, ``free_gib`` what was measured. What nobody knows is ``None``.
    """

    server: str
    model: str
    context: int | None
    alone: bool
    abilities: frozenset[Ability] | None
    before: tuple[LoadedModel, ...] | None
    goes: tuple[LoadedModel, ...] = ()
    need_gib: float | None = None
    held_gib: float | None = None
    free_gib: float | None = None
    total_gib: float | None = None

    @property
    def others(self) -> list[str]:
        """The other models that go."""
        return [one.name for one in self.goes if one.name != self.model]

    @property
    def is_there(self) -> bool:
        """Whether there is nothing to do."""
        return not self.goes and any(one.name == self.model for one in self.before or ())


def steered(ctx: Context, id: str) -> ModelServer:
    """A server whose models can be changed. Raises ``NotFound`` and ``Invalid``."""
    one = server(ctx, id)
    if not one.loads:
        raise Invalid(
            f"{one.title} does not load or unload models when asked.", fix="It is used as it was started.",
            problems=[{"field": "server", "problem": "does not load models"}],
        )  # fmt: skip
    return one


def look(ctx: Context, id: str, model: str, context: int | None, alone: bool) -> Plan:
    """What it would do; ``alone`` has everything else go. Raises ``NotFound``, and ``Conflict`` when it cannot fit."""
    one = steered(ctx, id)
    card = card_of(one, model)
    told = one.loaded()
    before = None if told is None else tuple(told)
    goes = tuple(each for each in before or () if leaves(each, model, context, alone or not one.holds_many))
    in_ledger(replace(ctx, run=None), one, before)
    with ctx.read() as connection:
        took = {name: what.gib for name, what in store.learned_of(connection, id).items() if what.gib is not None}
    measured = memory.figures(ctx, one)
    plan = Plan(
        server=id, model=model, context=context, alone=alone or not one.holds_many, abilities=card.abilities,
        before=before, goes=goes, need_gib=took.get(model) or gib(card.bytes), held_gib=memory.held(goes, took),
        free_gib=measured.free_gib if measured else None, total_gib=measured.total_gib if measured else None,
    )  # fmt: skip
    if not plan.is_there:
        with ctx.read() as connection:
            refuse_if_it_cannot_be(ctx, connection, one, plan)
    return plan


def card_of(one: ModelServer, model: str) -> Model:
    """What is told of a model. Raises ``NotFound``."""
    there = {each.name: each for each in one.models()}
    if model not in there:
        raise NotFound(f"{one.title} has no model {model}.", fix="`hydra models available` shows what there is.")
    return there[model]


def leaves(one: LoadedModel, model: str, context: int | None, alone: bool) -> bool:
    """Whether something that is loaded has to go: something else, or the same with another context."""
    if one.name != model:
        return alone
    return context is not None and one.context is not None and one.context != context


def refuse_if_it_cannot_be(ctx: Context, connection: Connection, one: ModelServer, plan: Plan) -> None:
    """Raise ``Conflict`` where something pinned would go, or the ledger says that there is no room for it."""
    pinned = [name for name in plan.others if ledger_of.learned_of(connection, one.id, name).pinned]
    if pinned:
        raise Conflict(
            f"{', '.join(pinned)} is pinned on {one.title} and would have to go for {plan.model}. Nothing was changed.",
            fix=f"Let it go first: `hydra gpus unpin {one.id} {pinned[0]}`.", pinned=pinned,
        )  # fmt: skip
    if one.node is None or plan.need_gib is None:
        return
    goes, now = [each.name for each in plan.goes], ctx.services.clock.now()
    room = ledger.room_for(connection, one.id, plan.model, goes, now, node=one.node, gpus=one.gpus)
    if room.gib is None or plan.need_gib <= room.gib + ROUNDING_GIB:
        return
    raise Conflict(
        f"{plan.model} needs about {plan.need_gib:.1f} GiB, and {room.gib:.1f} of {room.total_gib or 0:.1f} GiB are to "
        f"be had on {one.title}'s cards{ways(room)}. Nothing was changed.",
        fix="Unload something else, or choose a smaller model: `hydra gpus ledger` shows who holds what.",
        need_gib=plan.need_gib, room_gib=round(room.gib, 3), free_gib=room.free_gib, total_gib=room.total_gib,
        frees_gib=room.frees_gib, stays=dict(room.stays),
    )  # fmt: skip


def ways(room: Room) -> str:
    """Where the room is from, and who keeps the rest."""
    words = [] if room.free_gib is None else [f"{room.free_gib:.1f} free now"]
    words += [f"{room.frees_gib:.1f} come free"] if room.frees_gib else []
    words += [f"kept: {room.rest}"] if room.rest else []
    return f" ({'; '.join(words)})" if words else ""
