"""Cards as last measured, and leases of their memory; amounts are in GiB, and ``None`` where nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FRESH = timedelta(minutes=2)  # a card measured longer ago than this has no known free memory
MEDIUM = 2
LEAST_GIB = 0.05  # what is less than this is a rounding of the measurement


class LeaseKind(StrEnum):
    """What holds memory."""

    MODEL = "model"
    WORK = "work"


@dataclass(frozen=True, kw_only=True)
class Card:
    """A graphics card as it was measured at a time. ``index`` is its number in its node."""

    node: str
    index: int
    uuid: str
    name: str | None = None
    total_gib: float | None = None
    used_gib: float | None = None
    at: datetime | None = None

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"GPU {self.index} of {self.node}"

    def is_fresh(self, now: datetime) -> bool:
        """Whether the measurement still says something of now."""
        return self.at is not None and now - self.at <= FRESH


@dataclass(frozen=True, kw_only=True)
class Lease:
    """Memory that somebody holds or is about to take.

    ``gpus`` are the cards' numbers in ``node``; empty where nobody said which. ``estimated_gib`` is what it was said to
    need, ``measured_gib`` what its holder says it has. ``base_gib`` is what the card held apart from leases when this
    one was taken. ``settled_at`` is when it had all it needs; until then it still grows. ``busy_until`` is how long its
    user said that it is in use, ``until`` how long its server lets it stay after its last use. ``reload_s`` is how long
    getting it back took before.
    """

    holder: str
    kind: LeaseKind
    title: str
    node: str | None
    gpus: tuple[int, ...] = ()
    estimated_gib: float | None = None
    measured_gib: float | None = None
    base_gib: float | None = None
    priority: int = MEDIUM
    pinned: bool = False
    movable: bool = False
    taken_at: datetime
    settled_at: datetime | None = None
    used_at: datetime | None = None
    busy_until: datetime | None = None
    until: datetime | None = None
    reload_s: float | None = None
    server: str | None = None
    model: str | None = None
    item: str | None = None
    attempt: int | None = None

    @property
    def amount_gib(self) -> float | None:
        """All that it takes, on all its cards: measured where that is known."""
        return self.estimated_gib if self.measured_gib is None else self.measured_gib

    @property
    def idle_since(self) -> datetime:
        """When it was last in use, as far as anybody said."""
        return max(one for one in (self.used_at, self.settled_at, self.taken_at) if one is not None)

    def is_busy(self, now: datetime) -> bool:
        """Whether it is in use now, or still being made."""
        return self.settled_at is None or (self.busy_until is not None and self.busy_until > now)

    def may_go(self, now: datetime) -> bool:
        """Whether it may be taken away: never what is pinned, in use, or what nobody can unload."""
        return self.movable and not self.pinned and not self.is_busy(now)

    def may_touch(self, card: Card) -> bool:
        """Whether its memory may lie on a card."""
        return self.node in (None, card.node) and (not self.gpus or card.index in self.gpus)

    def is_on(self, card: Card) -> bool:
        """Whether its memory is known to lie on a card."""
        return self.node == card.node and card.index in self.gpus

    def share_gib(self, amount: float) -> float:
        """What lies on one of its cards; all of it could where nobody said on which."""
        return amount / len(self.gpus) if self.gpus else amount


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What is kept of a model whether or not it is loaded."""

    server: str
    model: str
    pinned: bool = False
    priority: int = MEDIUM
    reload_s: float | None = None
    gib: float | None = None


def holder_of_model(server: str, model: str) -> str:
    """What a model's lease is known by."""
    return f"model:{server}/{model}"


def holder_of_work(item: str, resource: str) -> str:
    """What an item's lease of a resource is known by."""
    return f"work:{item}:{resource}"


def here(leases: Sequence[Lease], card: Card) -> list[Lease]:
    """The leases that may lie on a card."""
    return [one for one in leases if one.may_touch(card)]
