"""How something was over the last hours: its changes as spells on a line, with gaps where nobody watched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise


@dataclass(frozen=True, kw_only=True)
class Spell:
    """A time during which something stayed as it was. ``state`` is empty where that is unknown."""

    state: str
    begin: datetime
    end: datetime

    @property
    def lasted(self) -> timedelta:
        """How long it was so."""
        return self.end - self.begin


def spells(
    changes: Iterable[tuple[datetime, str]], watched: Sequence[tuple[datetime, datetime]], since: datetime,
    until: datetime,
) -> list[Spell]:  # fmt: skip
    """The spells between two times, in order, without holes.

    ``changes`` say from when on something is in a state, in order; before the first it is unknown. ``watched`` are the
    times in which a change would have been seen, in order; outside them the state is unknown too.
    """
    told = sorted(changes, key=lambda one: one[0])
    ends = {since, until, *(at for at, _ in told), *(at for times in watched for at in times)}
    cuts = sorted(at for at in ends if since <= at <= until)
    found: list[Spell] = []
    for begin, end in pairwise(cuts):
        known = any(first <= begin and end <= last for first, last in watched)
        state = next((state for at, state in reversed(told) if at <= begin), "") if known else ""
        if found and found[-1].state == state:
            begin = found.pop().begin
        found.append(Spell(state=state, begin=begin, end=end))
    return found


def shares(found: Sequence[Spell]) -> list[tuple[float, str]]:
    """Each spell's share of the whole in percent, with its state."""
    whole = sum((one.lasted for one in found), timedelta())
    return [(round(100 * (one.lasted / whole), 2), one.state) for one in found] if whole else []


def lasted(found: Sequence[Spell], state: str) -> timedelta:
    """How long it was in a state altogether."""
    return sum((one.lasted for one in found if one.state == state), timedelta())
