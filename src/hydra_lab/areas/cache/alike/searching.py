"""Finding the questions that are most alike: first by the signs of their vectors, then by the vectors themselves."""

from __future__ import annotations

import heapq
import math
from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import mul

from sqlalchemy import Connection

from hydra_lab.areas.cache import store

FIRST = 32  # that are looked at more closely; signs alone put the most alike among them
FAMILIES = 256  # that are held in memory


def unit(vector: Sequence[float]) -> array[float] | None:
    """A vector of length 1; ``None`` for one without a direction."""
    length = math.sqrt(math.fsum(map(mul, vector, vector)))
    return array("f", [one / length for one in vector]) if length > 0 and math.isfinite(length) else None


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """How alike two vectors of length 1 are, up to 1; 0 for such of different models."""
    return min(1.0, math.fsum(map(mul, one, other))) if len(one) == len(other) else 0.0


def signs_of(vector: Sequence[float]) -> bytes:
    """One bit for each number of a vector: whether it is above zero."""
    bits = int("1" + "".join("1" if one > 0 else "0" for one in vector), 2)
    return bits.to_bytes((bits.bit_length() + 7) // 8, "big")


def from_bytes(kept: bytes) -> array[float]:
    """A vector as it was kept."""
    found = array("f")
    found.frombytes(kept)
    return found


@dataclass
class Family:
    """The questions that may answer each other, as far as they were read."""

    last: int = 0
    signs: list[int] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)

    def nearest(self, wanted: int, number: int = FIRST) -> list[str]:
        """The entries whose signs differ in the fewest places."""
        differing = [(one ^ wanted).bit_count() for one in self.signs]
        best = heapq.nsmallest(number, range(len(differing)), key=differing.__getitem__)
        return [self.entries[place] for place in best]


class Index:
    """Signs of questions in memory; vectors stay in the database."""

    def __init__(self) -> None:
        self._families: OrderedDict[tuple[str, str], Family] = OrderedDict()

    def most_alike(
        self, connection: Connection, family: str, embedder: str, vector: array[float]
    ) -> list[tuple[float, str]]:
        """Entries with how alike their question is, the most alike first. Some may have been dropped meanwhile."""
        known = self._families.setdefault((family, embedder), Family())
        self._families.move_to_end((family, embedder))
        while len(self._families) > FAMILIES:
            self._families.popitem(last=False)
        self.add(known, store.signs_after(connection, family, embedder, known.last))
        found = known.nearest(int.from_bytes(signs_of(vector), "big"))
        kept = store.vectors_of(connection, found)
        gone = {id for id in found if id not in kept}
        if gone:
            self.forget(known, gone)
        return sorted(((cosine(vector, from_bytes(kept[id])), id) for id in found if id in kept), reverse=True)

    def add(self, family: Family, rows: Iterable[tuple[int, str, bytes]]) -> None:
        """Take in what came."""
        for number, entry, signs in rows:
            family.last = max(family.last, number)
            family.signs.append(int.from_bytes(signs, "big"))
            family.entries.append(entry)

    def forget(self, family: Family, gone: set[str]) -> None:
        """Take out what was dropped."""
        staying = [place for place, id in enumerate(family.entries) if id not in gone]
        family.signs = [family.signs[place] for place in staying]
        family.entries = [family.entries[place] for place in staying]
