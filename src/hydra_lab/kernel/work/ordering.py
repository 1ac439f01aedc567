"""Who is next: priority, then phase, then tier, then age, with waiting work rising so that none starves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hydra_lab.kernel.work.model import Priority, Rank

NUMBERED = 100  # where phases with a number for a name begin
UNRANKED = 1_000  # phase or tier of work that has none: after all that have one


@dataclass(frozen=True, kw_only=True)
class Ready:
    """What ordering needs to know of a ready item; ``phase`` and ``tier`` as ranks."""

    id: str
    priority: int
    phase: int = UNRANKED
    tier: int = UNRANKED
    ready_at: datetime


def priority_rank(priority: Priority) -> int:
    """``critical`` 0 … ``low`` 3."""
    return int(Rank[priority.name])


def phase_rank(phase: str | None) -> int:
    """Phases sort by letter (``A`` 0, ``B`` 1, …) or, after those, by number; ``UNRANKED`` when there is none."""
    name = (phase or "").strip().upper()
    if name.isascii() and name.isdigit():
        return min(NUMBERED + int(name), UNRANKED - 1)
    return ord(name[0]) - ord("A") if name and "A" <= name[0] <= "Z" else UNRANKED


def urgency(item: Ready, now: datetime, aging: timedelta) -> int:
    """The class an item is in now: its priority, less one for every full ``aging`` it has been ready.

    It is not bounded below. That is what bounds starvation: work of rank p that has waited (p + 1) x aging comes
    before any critical work that became ready less than one aging ago, whatever phases and tiers say.
    """
    return item.priority - max(0, (now - item.ready_at) // aging)


def sort_key(item: Ready, now: datetime, aging: timedelta) -> tuple[int, int, int, datetime, str]:
    """The key by which ready items are sorted."""
    return (urgency(item, now, aging), item.phase, item.tier, item.ready_at, item.id)


def order(items: Iterable[Ready], now: datetime, aging: timedelta) -> list[Ready]:
    """Ready items, the one to run first first."""
    return sorted(items, key=lambda item: sort_key(item, now, aging))


def rule_of(item: Ready, now: datetime, aging: timedelta) -> str:
    """In words, what gives an item its place."""
    names = [rank.name.lower() for rank in Rank]
    risen = item.priority - urgency(item, now, aging)
    words = [f"{names[item.priority]} priority"]
    if risen:
        words.append(f"risen {risen} {'class' if risen == 1 else 'classes'} by waiting")
    if item.phase != UNRANKED:
        words.append(f"phase {item.phase - NUMBERED if item.phase >= NUMBERED else chr(ord('A') + item.phase)}")
    if item.tier != UNRANKED:
        words.append(f"tier {item.tier}")
    return ", ".join(words) + ", then the oldest first"
