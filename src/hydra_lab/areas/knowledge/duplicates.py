"""Near-duplicate sections: text that stands in two places and will be corrected in one.

Each section is reduced to hashes of its runs of five words. Sections that share some of their smallest hashes
(Broder's bottom-k sketch, 1997) are compared in full by Jaccard's index; the time is close to linear in the text.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from hydra_lab.areas.knowledge.model import Note, Section

RUN = 5
SHORTEST = 40  # words; shorter sections are alike by chance
SKETCH = 24
SHARED = 5  # hashes of the sketch two sections must share to be compared
ALIKE = 0.8
MOST_PEERS = 40  # sections compared with one; more of the same kind join through these


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a section stands."""

    file: str
    section: Section


@dataclass(frozen=True, kw_only=True)
class Twins:
    """A section that says what an earlier one says; ``alike`` from 0.8 to 1."""

    first: Place
    second: Place
    alike: float


def prints(words: list[str]) -> array[int]:
    """The hashes of a section's runs of words, sorted, each once; empty for a short section."""
    if len(words) < SHORTEST:
        return array("I")
    runs = (" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return array("I", sorted({zlib.crc32(run.encode()) for run in runs}))


def compared(notes: Iterable[Note]) -> int:
    """How many sections are long enough to be compared."""
    return sum(len(section.prints) > 0 for note in notes for section in note.sections)


def twins(notes: Iterable[Note]) -> list[Twins]:
    """Each section that nearly repeats an earlier one, with the earlier one it is most like."""
    found: list[Twins] = []
    places: list[Place] = []
    same: dict[bytes, int] = {}
    holders: dict[int, list[int]] = {}
    for place in (Place(file=note.path, section=section) for note in notes for section in note.sections):
        if not place.section.prints:
            continue
        whole = place.section.prints.tobytes()
        if whole in same:
            found.append(Twins(first=places[same[whole]], second=place, alike=1.0))
            continue
        best = nearest(place, places, holders)
        if best:
            found.append(best)
        same[whole] = len(places)
        for value in place.section.prints[:SKETCH]:
            known = holders.setdefault(value, [])
            if len(known) < MOST_PEERS:
                known.append(len(places))
        places.append(place)
    return found


def nearest(place: Place, places: list[Place], holders: dict[int, list[int]]) -> Twins | None:
    """The earlier section this one is most like, if any is alike enough."""
    shared: dict[int, int] = {}
    for value in place.section.prints[:SKETCH]:
        for number in holders.get(value, ()):
            shared[number] = shared.get(number, 0) + 1
    likely = sorted((count, number) for number, count in shared.items() if count >= SHARED)[-MOST_PEERS:]
    mine = set(place.section.prints)
    alike = [(jaccard(mine, places[number].section.prints), number) for _, number in likely]
    score, number = max(alike, default=(0.0, 0))
    return Twins(first=places[number], second=place, alike=score) if score >= ALIKE else None


def jaccard(mine: set[int], other: array[int]) -> float:
    """How much two sets of hashes have in common: 0 to 1."""
    both = sum(value in mine for value in other)
    return both / (len(mine) + len(other) - both)
