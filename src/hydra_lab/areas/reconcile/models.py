"""Models that are not where they are wanted: pure rules about what the servers have in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hydra_lab.areas.reconcile.desired.model import WantedModels
from hydra_lab.areas.reconcile.model import Action, Difference, What

NO_LOADS = "that server loads nothing when asked"
ONE = "that server holds one model at a time"
NOT_THERE = "that server has no such model; `hydra models available` shows what there is"


@dataclass(frozen=True, kw_only=True)
class ServerSeen:
    """A model server: what it has, and what is in memory with how much context; ``None`` where it does not tell."""

    loads: bool
    holds_many: bool
    models: frozenset[str]
    loaded: Mapping[str, int | None]


def model_actions(wanted: Sequence[WantedModels], seen: Mapping[str, ServerSeen] | None) -> Iterator[Action]:
    """What models take: first what is to go, then what is to come. Servers that nobody names stay as they are."""
    for one in wanted if seen is not None else ():
        if there := (seen or {}).get(one.name):
            yield from going(one, there)
            yield from coming(one, there)


def going(one: WantedModels, there: ServerSeen) -> Iterator[Action]:
    """Models in memory that are not wanted there."""
    if not one.only or (one.loaded and not there.holds_many):  # a server of one model switches
        return
    why_not = None if there.loads else NO_LOADS
    for name in sorted(there.loaded.keys() - {*one.loaded}):
        yield about(one, name, "extra", "unload", "Its memory comes free; who asks for it waits for a load.", why_not)


def coming(one: WantedModels, there: ServerSeen) -> Iterator[Action]:
    """Models that are wanted and not in memory, or with another context."""
    for place, name in enumerate(one.loaded):
        now = there.loaded.get(name)
        other = one.context is not None and now is not None and now != one.context
        if name in there.loaded and not other:
            continue
        replaces = sorted(there.loaded.keys() - {name}) if not there.holds_many else []
        why_not = (
            NO_LOADS if not there.loads else NOT_THERE if name not in there.models
            else ONE if place and not there.holds_many else None
        )  # fmt: skip
        cost = "Requests that run there end first; new ones wait until it answers."
        differs = [Difference(what="loaded", now=", ".join(replaces), wanted=name)] if replaces else []
        differs += [Difference(what="context", now=str(now), wanted=str(one.context))] if other else []
        drift = "other context" if other else "other model loaded" if replaces else "not loaded"
        yield about(one, name, drift, "switch" if replaces else "load", cost, why_not, differs)


def about(
    one: WantedModels, name: str, drift: str, what: What, cost: str, why_not: str | None,
    differs: Sequence[Difference] = (),
) -> Action:  # fmt: skip
    """One action; what cannot be done is left alone."""
    return Action(
        kind="model", name=f"{name} on {one.name}", server=one.name, drift=[drift], differs=list(differs),
        what="nothing" if why_not else what, cost="Nothing is done." if why_not else cost, why_not=why_not,
    )  # fmt: skip
