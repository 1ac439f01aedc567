"""Where memory is to be had: the card that fits best, else the models whose going costs least."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from hydra_lab.kernel.gpus.account import Account, part
from hydra_lab.kernel.gpus.model import MEDIUM, Lease

RESOURCE = "gpu_memory_gib"
UNKNOWN_RELOAD_S = 60.0  # what getting a model back is taken to cost while nobody has seen it
DEARER = 2.0  # how much dearer each class of priority makes a model's going
ALL_WAYS = 10  # with more models than this on a card the cheap ones are tried first, not every choice


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which cards will do: any, those of a node, or one."""

    node: str | None = None
    index: int | None = None

    def takes(self, one: Account) -> bool:
        """Whether a card will do."""
        return self.node in (None, one.card.node) and self.index in (None, one.card.index)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether an amount can be had on a card: now (``fits``), or once ``evict`` are gone. ``best`` is the card, or the
    one that came nearest; ``None`` where there is none that would do.
    """

    fits: bool
    best: Account | None
    evict: tuple[Lease, ...] = ()


def place_of(resource: str, lane: str | None = None) -> Place | None:
    """Which cards a resource's name means: ``gpu_memory_gib``, ``…:node``, ``…:node:0``; ``None`` for other resources.

    Work in the lane of a card (``gpu:node:0``) means that one.
    """
    name, *where = resource.split(":")
    if name != RESOURCE:
        return None
    if not where and lane and lane.startswith("gpu:"):
        where = lane.split(":")[1:]
    index = int(where[1]) if len(where) > 1 and where[1].isdigit() else None
    return Place(node=where[0] if where else None, index=index)


def placed(accounts: Sequence[Account], place: Place, wanted_gib: float, now: datetime, priority: int) -> Answer:
    """Where an amount is to be had; on the card of which it leaves least, so that large ones stay for large work."""
    there = [one for one in accounts if place.takes(one)]
    roomy = [one for one in there if one.free_gib is not None and one.free_gib >= wanted_gib]
    if roomy:
        return Answer(fits=True, best=min(roomy, key=lambda one: one.free_gib or 0.0))
    chances = [(one, found) for one in there if (found := to_evict(one, wanted_gib, now, priority))]
    if chances:
        best, found = min(chances, key=lambda chance: cost(chance[1]))
        return Answer(fits=False, best=best, evict=found)
    nearest = max(there, key=lambda one: (one.free_gib is not None, one.free_gib or 0.0), default=None)
    return Answer(fits=False, best=nearest)


def to_evict(one: Account, wanted_gib: float, now: datetime, priority: int = MEDIUM) -> tuple[Lease, ...]:
    """The models whose going makes room on a card and costs least; empty where nothing that may go is enough.

    What is more urgent than the asker stays.
    """
    if one.free_gib is None:
        return ()
    short = wanted_gib - one.free_gib
    may_go = [
        lease for lease in one.leases
        if lease.may_go(now) and lease.is_on(one.card) and lease.priority >= priority and part(lease) > 0
    ]  # fmt: skip
    enough = [way for way in ways(may_go) if sum(part(lease) for lease in way) >= short]
    least = min(enough, key=lambda way: (cost(way), len(way), sum(map(part, way))), default=())
    return least if short > 0 else ()


def ways(leases: Sequence[Lease]) -> Iterator[tuple[Lease, ...]]:
    """Choices of models to let go: all there are, or with many of them the cheap ones first."""
    if len(leases) <= ALL_WAYS:
        for count in range(1, len(leases) + 1):
            yield from combinations(leases, count)
        return
    cheap = sorted(leases, key=lambda lease: cost((lease,)) / part(lease))
    yield from (tuple(cheap[:count]) for count in range(1, len(cheap) + 1))


def cost(leases: Sequence[Lease]) -> float:
    """What it costs to get models back, in seconds, weighed by how urgent they are."""
    return sum(seconds_of(one) * DEARER ** (MEDIUM - one.priority) for one in leases)


def seconds_of(lease: Lease) -> float:
    """How long getting a model back is taken to last."""
    return UNKNOWN_RELOAD_S if lease.reload_s is None else lease.reload_s
