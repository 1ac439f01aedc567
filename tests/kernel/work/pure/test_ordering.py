"""Who is next: the order of ready work, and that nothing starves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.work.model import Priority
from hydra_lab.kernel.work.ordering import Ready, order, phase_rank, priority_rank, rule_of, sort_key, urgency

NOW = datetime(2025, 12, 19, 12, tzinfo=UTC)
AGING = timedelta(hours=6)


def ready(name: str, priority: Priority, *, hours: float = 0, phase: str | None = None, tier: int = 1_000) -> Ready:
    """Work that has been ready for some hours."""
    return Ready(
        id=name, priority=priority_rank(priority), phase=phase_rank(phase), tier=tier,
        ready_at=NOW - timedelta(hours=hours),
    )  # fmt: skip


C, H, M, L = Priority.CRITICAL, Priority.HIGH, Priority.MEDIUM, Priority.LOW


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([ready("low", L), ready("critical", C), ready("medium", M), ready("high", H)], "critical high medium low"),
        ([ready("b", M, phase="B"), ready("none", M, tier=1), ready("a", M, phase="A")], "a b none"),
        ([ready("t2", M, tier=2), ready("t1", M, tier=1), ready("none", M)], "t1 t2 none"),
        ([ready("young", M, hours=1), ready("old", M, hours=2)], "old young"),
        ([ready("medium", M), ready("risen", L, hours=12.1)], "risen medium"),
        ([ready("medium", M, tier=1), ready("level", L, hours=6.1, tier=2)], "medium level"),
        ([ready("critical", C), ready("starved", L, hours=24.1)], "starved critical"),
        ([ready("phase B", H, phase="B", hours=1), ready("phase A", M, phase="A", hours=1)], "phase B phase A"),
    ],
)
def test_priority_comes_first_then_phase_tier_and_age(items: list[Ready], expected: str) -> None:
    assert " ".join(one.id for one in order(items, NOW, AGING)) == expected


ITEMS = st.builds(
    Ready,
    id=st.uuids().map(str),
    priority=st.integers(0, 3),
    phase=st.sampled_from([0, 1, 5, 1_000]),
    tier=st.sampled_from([0, 1, 7, 1_000]),
    ready_at=st.timedeltas(timedelta(), timedelta(days=4)).map(lambda age: NOW - age),
)


@given(ITEMS, ITEMS)
def test_work_that_waited_long_enough_precedes_all_that_came_lately(starved: Ready, late: Ready) -> None:
    """The bound: rank p, ready for (p + 1) x aging, comes before anything ready for less than one aging."""
    waited, fresh = NOW - starved.ready_at, NOW - late.ready_at
    if waited >= (starved.priority + 1) * AGING and fresh < AGING:
        assert [one.id for one in order([late, starved], NOW, AGING)] == [starved.id, late.id]


@given(st.integers(0, 3), st.timedeltas(timedelta(), timedelta(hours=5, minutes=59)), ITEMS)
def test_the_bound_holds_at_its_very_edge(rank: int, fresh: timedelta, late: Ready) -> None:
    starved = Ready(id="starved", priority=rank, ready_at=NOW - (rank + 1) * AGING)
    latest = Ready(id="late", priority=0, phase=late.phase, tier=late.tier, ready_at=NOW - fresh)
    assert order([latest, starved], NOW, AGING)[0].id == "starved"


@given(st.lists(ITEMS, max_size=20, unique_by=lambda one: one.id))
def test_the_order_is_total_and_the_same_however_it_is_asked(items: list[Ready]) -> None:
    told = order(items, NOW, AGING)
    assert told == order(reversed(items), NOW, AGING)
    keys = [sort_key(one, NOW, AGING) for one in told]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@given(ITEMS, st.timedeltas(timedelta(), timedelta(days=3)))
def test_waiting_never_makes_work_less_urgent(item: Ready, longer: timedelta) -> None:
    assert urgency(item, NOW + longer, AGING) <= urgency(item, NOW, AGING)


def test_the_rule_says_what_gives_an_item_its_place() -> None:
    said = rule_of(ready("x", L, hours=13, phase="B", tier=3), NOW, AGING)
    assert said == "low priority, risen 2 classes by waiting, phase B, tier 3, then the oldest first"


@pytest.mark.parametrize(
    ("phase", "rank"), [("A", 0), ("b", 1), (" C: later", 2), (None, 1_000), ("9", 109), ("?", 1_000)]
)
def test_phases_sort_by_their_letter_or_number(phase: str | None, rank: int) -> None:
    assert phase_rank(phase) == rank
