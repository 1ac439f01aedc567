"""Replaying recorded questions in the order of time, as if the cache had been set in some way."""

from __future__ import annotations

import random
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from hydra_lab.areas.cache.alike.learning import Observation, ask_anyway
from hydra_lab.areas.cache.alike.searching import Family, cosine, from_bytes, signs_of
from hydra_lab.areas.cache.alike.semantic import CLOSEST
from hydra_lab.areas.cache.asking.keys import hashed

HOUR_S = 3600.0
REPLAYS = 5  # of settings in which chance decides what is asked anyway; their middle is told
MANY = 3000  # questions; of more each replay is long, and chance weighs little


@dataclass(frozen=True, kw_only=True)
class Line:
    """A recorded question as far as a replay needs it; ``answer`` is its answer's hash, ``at`` in seconds.

    ``is_real`` says whether a model gave the answer; ``vector`` is that of the text, where it has one.
    """

    number: int
    at: float
    exact: str
    family: str
    text: str
    hash: str
    alike: bool
    temperature: float | None
    answer: str
    is_real: bool
    tokens: int | None
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class Way:
    """A setting. ``errors`` is the bound of alike questions, ``None`` where only the same question is answered."""

    hours: float
    errors: float | None = None
    temperature: float = 0.3
    unset: bool = False

    def takes(self, line: Line) -> bool:
        """Whether a question goes through the cache."""
        return self.unset if line.temperature is None else line.temperature <= self.temperature


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What is replayed: questions in the order of time, vectors by text, and which pairs of answers mean the same."""

    lines: list[Line]
    vectors: dict[str, bytes]
    known: dict[str, bool]
    judge: str
    least: float

    def same(self, line: Line, kept: Line) -> bool | None:
        """Whether a kept answer would have been right, ``None`` where that is not known."""
        return True if line.answer == kept.answer else self.known.get(pair(self.judge, line, kept))


@dataclass
class Tally:
    """What became of the questions in a replay.

    ``unknown`` are answers from the cache whose real one is there but was not compared, ``unseen`` those without a real
    one. ``apart`` counts comparisons that tell something new: of alike questions each pair once.
    """

    asked: int = 0
    exact: int = 0
    alike: int = 0
    compared: int = 0
    wrong: int = 0
    unknown: int = 0
    unseen: int = 0
    apart: int = 0
    tokens: int = 0
    tokens_of: int = 0
    seconds: float = 0.0
    seconds_of: int = 0
    embedded: int = 0


def pair(judge: str, line: Line, kept: Line) -> str:
    """The name under which it is kept whether two answers to a question mean the same."""
    return hashed("\n".join([judge, line.hash, *sorted((line.answer, kept.answer))]))


@dataclass
class Kept:
    """Answers that are kept in a replay, by question, each with when its time is over."""

    hours: float
    by_exact: dict[str, tuple[Line, float]] = field(default_factory=dict)

    def get(self, exact: str, at: float) -> Line | None:
        """A kept answer whose time is not over."""
        line, ends = self.by_exact.get(exact, (None, 0.0))
        return line if at < ends else None

    def put(self, line: Line) -> None:
        """Keep an answer."""
        self.by_exact[line.exact] = line, line.at + HOUR_S * self.hours


@dataclass(frozen=True, kw_only=True)
class Near:
    """The kept question that the guard lets answer another, and how alike both are."""

    exact: str
    similarity: float


class Nearby:
    """The kept questions of each family, as alike ones find them."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._families: dict[str, Family] = defaultdict(Family)
        self._placed: dict[str, Line] = {}
        self._read: dict[str, array[float]] = {}

    def vector(self, line: Line) -> array[float]:
        """A text's vector."""
        if line.hash not in self._read:
            self._read[line.hash] = from_bytes(self._traffic.vectors[line.hash])
        return self._read[line.hash]

    def has_vector(self, line: Line) -> bool:
        """Whether alike questions can be looked for."""
        return line.alike and line.hash in self._traffic.vectors

    def place(self, line: Line) -> None:
        """Have a question found."""
        if line.exact not in self._placed:
            family = self._families[line.family]
            family.signs.append(int.from_bytes(signs_of(self.vector(line)), "big"))
            family.entries.append(line.exact)
        self._placed[line.exact] = line

    def nearest(self, line: Line, kept: Kept) -> Near | None:
        """As the cache itself looks: the most alike that the guard lets pass."""
        from hydra_lab.areas.cache.guard import difference

        mine = self.vector(line)
        found = self._families[line.family].nearest(int.from_bytes(signs_of(mine), "big"))
        alike = sorted(((cosine(mine, self.vector(self._placed[one])), one) for one in found), reverse=True)
        for similarity, exact in alike[:CLOSEST]:
            other = kept.get(exact, line.at)
            if similarity >= self._traffic.least and other is not None and difference(line.text, other.text) is None:
                return Near(exact=exact, similarity=similarity)
        return None


@dataclass
class Pairing:
    """Which kept question answers which, where the model is asked anyway each time; ``wanted`` are pairs to compare."""

    traffic: Traffic
    way: Way
    near: dict[str, Near] = field(default_factory=dict)
    wanted: dict[str, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def done(self) -> Pairing:
        """All of it, found."""
        kept, nearby = Kept(hours=self.way.hours), Nearby(self.traffic)
        for line in filter(self.way.takes, self.traffic.lines):
            same = kept.get(line.exact, line.at)
            if same is not None:
                self._same(line, same)
                continue
            if self.way.errors is not None and nearby.has_vector(line):
                near = nearby.nearest(line, kept)
                if near is not None:
                    self.near[line.exact] = near
                other = kept.get(near.exact, line.at) if near else None
                if line.is_real and (other is None or self._same(line, other) is not True):
                    nearby.place(line)
            kept.put(line)
        return self

    def _same(self, line: Line, other: Line) -> bool | None:
        found = self.traffic.same(line, other) if line.is_real else None
        if found is None and line.is_real:
            self.wanted.setdefault(pair(self.traffic.judge, line, other), (line.number, other.number))
        return found


def wanted(traffic: Traffic, ways: list[Way]) -> list[tuple[int, int]]:
    """The pairs of questions, by number, whose answers have to be compared for these settings, the earliest first."""
    found: dict[str, tuple[int, int]] = {}
    for way in ways:
        found |= Pairing(traffic, way).done.wanted
    return sorted(found.values())


def replayed(traffic: Traffic, ways: list[Way]) -> list[list[Tally]]:
    """What would have become of the questions in each setting; several replays where chance has a part."""
    near: dict[Way, dict[str, Near]] = {}
    found = []
    for way in ways:
        base = Way(hours=way.hours, errors=0.0, temperature=way.temperature, unset=way.unset)
        if way.errors is not None and base not in near:
            near[base] = Pairing(traffic, base).done.near
        times = 1 if way.errors is None or len(traffic.lines) > MANY else REPLAYS
        found.append([once(traffic, way, near.get(base, {}), random.Random(seed)) for seed in range(times)])  # noqa: S311
    return found


def once(traffic: Traffic, way: Way, near: dict[str, Near], chance: random.Random) -> Tally:
    """One replay."""
    tally, kept = Tally(), Kept(hours=way.hours)
    seen: dict[str, list[Observation]] = defaultdict(list)
    wrong: set[tuple[str, str]] = set()
    told: set[tuple[str, str]] = set()
    for line in filter(way.takes, traffic.lines):
        tally.asked += 1
        same = kept.get(line.exact, line.at)
        if same is not None:
            count(tally, traffic, line, same)
            tally.exact += 1
            continue
        tally.embedded += way.errors is not None and line.alike
        one = near.get(line.exact) if way.errors is not None else None
        other = kept.get(one.exact, line.at) if one else None
        if one is not None and other is not None and (one.exact, line.hash) not in wrong:
            if chance.random() >= ask_anyway(seen[one.exact], one.similarity, way.errors or 0.0):
                count(tally, traffic, line, other, is_new=(one.exact, line.hash) not in told)
                told.add((one.exact, line.hash))
                tally.alike += 1
                continue
            right = traffic.same(line, other) if line.is_real else None
            if right is not None:
                seen[one.exact].append(Observation(similarity=one.similarity, right=right))
            if right is False:
                wrong.add((one.exact, line.hash))
        kept.put(line)
    return tally


def count(tally: Tally, traffic: Traffic, line: Line, kept: Line, *, is_new: bool = True) -> None:
    """Count an answer from the cache: what it saved, and whether it was right."""
    right = traffic.same(line, kept) if line.is_real else None
    tally.unseen += not line.is_real
    tally.unknown += line.is_real and right is None
    tally.compared += right is not None
    tally.apart += right is not None and is_new
    tally.wrong += right is False
    if line.tokens is not None:
        tally.tokens, tally.tokens_of = tally.tokens + line.tokens, tally.tokens_of + 1
    if line.seconds is not None:
        tally.seconds, tally.seconds_of = tally.seconds + line.seconds, tally.seconds_of + 1
