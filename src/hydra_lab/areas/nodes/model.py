"""What is known of a node: how it was found at the last look, what that is worth, and what changed since."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from hydra_lab.kernel.capabilities import Figure, FileSystem, Gpu, NodeReading

State = Literal["up", "partly", "lost", "refused", "unknown"]
THERE = ("up", "partly")
FIGURES = tuple(one.name for one in fields(NodeReading) if one.name not in ("node", "file_systems"))
CARD_FIGURES = tuple(
    one.name for one in fields(Gpu) if one.name not in ("node", "index", "uuid", "name", "driver", "at", "source")
)
# What a figure has to change by before listeners are told; what is not named here is told with the rest.
STEPS = {
    "cpu_percent": 10.0, "load_1m": 1.0, "memory_available_bytes": float(1 << 30), "utilisation_percent": 10.0,
    "memory_used_gib": 0.5, "temperature_c": 2.0, "power_w": 10.0, "power_limit_w": 0.5,
}  # fmt: skip
DISK_STEP = float(1 << 30)


@dataclass(frozen=True, kw_only=True)
class Card:
    """A graphics card, each figure with where it is from; a figure that nobody knows is absent."""

    node: str
    uuid: str
    index: int | None = None
    name: str | None = None
    driver: str | None = None
    figures: dict[str, Figure] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The card's id without what exporters leave out of it."""
        return key_of(self.uuid)

    @property
    def label(self) -> str:
        """What a person calls it."""
        number = "" if self.index is None else f" {self.index}"
        return f"GPU{number} of {self.node}" + (f" ({self.name})" if self.name else "")


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one look found. ``problem`` is why a node's own way (SSH) gave nothing; ``fix`` what to do about it.

    ``host_key`` is what a node showed that is not trusted, ``expected`` the one that was. ``gpus_known`` is whether
    anybody could say which cards there are.
    """

    at: datetime
    reading: NodeReading | None = None
    cards: tuple[Card, ...] = ()
    gpus_known: bool = False
    problem: str | None = None
    fix: str | None = None
    host_key: str | None = None
    expected: str | None = None

    @property
    def state(self) -> State:
        """What it means for the node."""
        if self.reading is not None:
            return "partly" if self.problem else "up"
        return "refused" if self.host_key else "lost"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A node as it is kept. ``reading`` and ``cards`` are the last that were measured, however old.

    ``ailing`` names what is over its threshold, ``told`` the figures that listeners were told of last.
    """

    name: str
    turn: int = 0
    state: State = "unknown"
    since: datetime | None = None
    looked_at: datetime | None = None
    problem: str | None = None
    fix: str | None = None
    host_key: str | None = None
    expected: str | None = None
    reading: NodeReading | None = None
    cards: tuple[Card, ...] = ()
    ailing: tuple[str, ...] = ()
    told: dict[str, float] = field(default_factory=dict)


SEEN: TypeAdapter[Seen] = TypeAdapter(Seen)


@dataclass(frozen=True, kw_only=True)
class News:
    """Something to say: ``name`` with its topic, whom it is about, and what there is to know."""

    name: str
    subject: str
    data: dict[str, Any] = field(default_factory=dict)


def key_of(uuid: str) -> str:
    """A card's id as everybody can have it: some exporters leave out the prefix, and write it in small letters."""
    return uuid.lower().removeprefix("gpu-")


def card_of(one: Gpu) -> Card:
    """A card as one source told it."""
    figures = {
        name: Figure(value=float(value), at=one.at, source=one.source)
        for name in CARD_FIGURES
        if (value := getattr(one, name)) is not None
    }
    return Card(node=one.node, uuid=one.uuid, index=one.index, name=one.name, driver=one.driver, figures=figures)


def merged(first: NodeReading | None, second: NodeReading | None) -> NodeReading | None:
    """Two sources' readings of a node: what the first does not know is the second's."""
    if first is None or second is None:
        return first or second
    known = {name: getattr(first, name) or getattr(second, name) for name in FIGURES}
    return NodeReading(node=first.node, **known, file_systems=first.file_systems or second.file_systems)


def merged_cards(first: tuple[Card, ...], second: tuple[Card, ...]) -> tuple[Card, ...]:
    """Two sources' cards of a node, put together by their ids."""
    cards = {one.key: one for one in first}
    for one in second:
        there = cards.get(one.key)
        cards[one.key] = one if there is None else replace(
            there, uuid=one.uuid, index=one.index if there.index is None else there.index,
            name=there.name or one.name, driver=there.driver or one.driver, figures=one.figures | there.figures,
        )  # fmt: skip
    return tuple(sorted(cards.values(), key=lambda one: (one.index is None, one.index or 0, one.uuid)))


def after(before: Seen, found: Found) -> Seen:
    """A node after a look: what was not measured keeps its last value and its age."""
    state = found.state
    return replace(
        before,
        turn=before.turn + 1,
        state=state,
        since=before.since if before.state == state and before.since else found.at,
        looked_at=found.at,
        problem=found.problem,
        fix=found.fix,
        host_key=found.host_key,
        expected=found.expected,
        reading=found.reading or before.reading,
        cards=found.cards if found.gpus_known else before.cards,
    )


def news(before: Seen, now: Seen) -> Iterator[News]:
    """What is to be said of a node once, because it is so now and was not before."""
    gone, there = now.state not in THERE, before.state in THERE
    if gone and (there or before.state == "unknown") and now.state == "lost":
        yield News(name="nodes.lost", subject=now.name, data={"detail": now.problem})
    if now.state == "refused" and (before.state != "refused" or before.host_key != now.host_key):
        name = "nodes.key_changed" if now.expected else "nodes.key_unknown"
        yield News(name=name, subject=now.name, data={"host_key": now.host_key, "expected": now.expected})
    if now.state in THERE and before.state in ("lost", "refused") and before.reading:
        seconds = round((now.since - before.since).total_seconds()) if now.since and before.since else None
        yield News(name="nodes.back", subject=now.name, data={"after_s": seconds})
    elif now.state in THERE and not there:
        yield News(name="nodes.connected", subject=now.name)
    if now.state in THERE and there:
        yield from missing_cards(before, now)


def missing_cards(before: Seen, now: Seen) -> Iterator[News]:
    """Cards that a node has no more, or has again, while it is there itself."""
    was, are = {one.key: one for one in before.cards}, {one.key: one for one in now.cards}
    for key, one in was.items():
        if key not in are:
            yield News(name="gpus.lost", subject=one.label, data={"node": now.name, "uuid": one.uuid})
    for key, one in are.items():
        if key not in was:
            yield News(name="gpus.found", subject=one.label, data={"node": now.name, "uuid": one.uuid})


def figures_of(seen: Seen) -> dict[str, float]:
    """The figures that listeners are told of, by names such as ``cpu_percent``, ``disk:/``, ``<card>:power_w``."""
    told: dict[str, float] = {}
    if seen.reading:
        told = {name: one.value for name in FIGURES if name in STEPS and (one := getattr(seen.reading, name))}
        told |= {f"disk:{one.mount}": float(one.free_bytes) for one in seen.reading.file_systems}
    for card in seen.cards:
        told |= {f"{card.key}:{name}": one.value for name, one in card.figures.items() if name in STEPS}
    return told


def moved(told: dict[str, float], now: dict[str, float]) -> set[str]:
    """The figures that are worth telling: new, gone, or changed by their step."""
    differ = set(told.keys() ^ now.keys())
    for name in told.keys() & now.keys():
        step = DISK_STEP if name.startswith("disk:") else STEPS[name.rpartition(":")[2]]
        if abs(told[name] - now[name]) >= step:
            differ.add(name)
    return differ


def disks_of(seen: Seen) -> tuple[FileSystem, ...]:
    """The file systems as last measured."""
    return seen.reading.file_systems if seen.reading else ()
