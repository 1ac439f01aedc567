"""How something was over time: what was seen, and what nobody watched."""

from datetime import datetime, timedelta

import pytest

from hydra_lab.kernel.journal.spells import lasted, shares, spells
from tests.lab import NOON

Change = tuple[int, str]


def at(hour: float) -> datetime:
    """So many hours after noon."""
    return NOON + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("changes", "watched", "found"),
    [
        ([], [(0, 10)], [(100, "")]),
        ([(-5, "ok")], [(-9, 10)], [(100, "ok")]),
        ([(-5, "ok"), (4, "bad"), (5, "ok")], [(-9, 10)], [(40, "ok"), (10, "bad"), (50, "ok")]),
        ([(2, "ok")], [(0, 10)], [(20, ""), (80, "ok")]),
        ([(-5, "ok")], [(-9, 3), (5, 10)], [(30, "ok"), (20, ""), (50, "ok")]),
        ([(-5, "ok"), (6, "bad")], [(-9, 3), (5, 8)], [(30, "ok"), (20, ""), (10, "ok"), (20, "bad"), (20, "")]),
        ([(1, "ok"), (2, "ok"), (12, "bad")], [(0, 10)], [(10, ""), (90, "ok")]),
    ],
)
def test_changes_make_spells(
    changes: list[Change], watched: list[tuple[int, int]], found: list[tuple[float, str]]
) -> None:
    told = [(at(hour), state) for hour, state in changes]
    seen = spells(told, [(at(first), at(last)) for first, last in watched], at(0), at(10))
    assert shares(seen) == found
    assert lasted(seen, "ok") == timedelta(hours=sum(share for share, state in found if state == "ok") / 10)


def test_no_time_is_no_spell() -> None:
    assert shares(spells([], [], NOON, NOON)) == []
