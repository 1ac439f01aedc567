"""What a change of models would do: what goes, what it needs, and whether that fits, before anything is touched."""

from dataclasses import dataclass

from hydra_lab.areas.models import memory, store
from hydra_lab.areas.models.looking import server
from hydra_lab.areas.models.memory import Figures
from hydra_lab.areas.models.model import gib
from hydra_lab.kernel.capabilities import Ability, LoadedModel, Model, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound

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
    with ctx.read() as connection:
        took = {name: what.gib for name, what in store.learned_of(connection, id).items() if what.gib is not None}
    measured = memory.figures(ctx, one)
    plan = Plan(
        server=id, model=model, context=context, alone=alone or not one.holds_many, abilities=card.abilities,
        before=before, goes=goes, need_gib=took.get(model) or gib(card.bytes), held_gib=memory.held(goes, took),
        free_gib=measured.free_gib if measured else None, total_gib=measured.total_gib if measured else None,
    )  # fmt: skip
    if not plan.is_there:
        refuse_if_too_large(one, plan, measured)
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


def refuse_if_too_large(one: ModelServer, plan: Plan, measured: Figures | None) -> None:
    """Raise ``Conflict`` where the figures are known and say that it cannot fit."""
    if measured is None or plan.need_gib is None:
        return
    room = measured.total_gib if plan.held_gib is None else measured.free_gib + plan.held_gib
    if plan.need_gib <= room + ROUNDING_GIB:
        return
    going = f" and {plan.held_gib:.1f} GiB more come free" if plan.goes and plan.held_gib else ""
    raise Conflict(
        f"{plan.model} needs about {plan.need_gib:.1f} GiB; {measured.free_gib:.1f} of {measured.total_gib:.1f} GiB "
        f"are free on {one.title}'s cards{going}. Nothing was changed.",
        fix="Unload something else, or choose a smaller model.",
        need_gib=plan.need_gib, free_gib=measured.free_gib, total_gib=measured.total_gib, held_gib=plan.held_gib,
    )  # fmt: skip
