"""Which work is released next, from the database, with slots, lanes and pauses."""

import random
from datetime import timedelta

import pytest

from hydra_lab.kernel.errors import Conflict
from hydra_lab.kernel.policy.model import Mode
from hydra_lab.kernel.work import Priority, store
from hydra_lab.kernel.work.ordering import order
from tests.kernel.work.still import StillHydra
from tests.lab import OWNER


def drained(still: StillHydra) -> list[str]:
    """Titles in the order in which one slot would run them."""
    ran: list[str] = []
    while started := still.release():
        ran += started
        still.end(still.started[-1].item)
    return ran


def test_one_slot_runs_the_most_urgent_first(still: StillHydra) -> None:
    for name in ("low", "critical", "medium", "high"):
        still.add(name, priority=Priority(name))
    assert drained(still) == ["critical", "high", "medium", "low"]


def test_phases_then_tiers_then_age_decide_within_a_priority(still: StillHydra) -> None:
    still.add("no phase, tier 1", tier=1)
    still.add("phase B", phase="B", tier=1)
    still.add("phase A, tier 3", phase="A", tier=3)
    still.add("phase A, tier 2", phase="A", tier=2)
    still.clock.pass_(seconds=1)
    still.add("phase A, tier 2, younger", phase="A", tier=2)
    expected = ["phase A, tier 2", "phase A, tier 2, younger", "phase A, tier 3", "phase B", "no phase, tier 1"]
    assert drained(still) == expected


def test_a_late_urgent_item_overtakes_a_long_queue(still: StillHydra) -> None:
    for number in range(50):
        still.add(f"{number}")
    assert still.release() == ["0"]
    still.add("urgent", priority=Priority.CRITICAL)
    still.end(still.started[-1].item)
    assert still.release() == ["urgent"]


def test_work_that_waited_long_enough_overtakes_urgent_work(still: StillHydra) -> None:
    still.add("patient", priority=Priority.LOW)
    still.clock.pass_(hours=24)
    still.add("urgent", priority=Priority.CRITICAL)
    assert drained(still) == ["patient", "urgent"]


def test_a_batch_runs_in_the_order_in_which_it_came(still: StillHydra) -> None:
    still.work.add_all([still.new(f"{number}") for number in range(30)])
    assert drained(still) == [f"{number}" for number in range(30)]


@pytest.mark.parametrize("seed", range(3))
def test_the_best_are_always_among_the_candidates(still: StillHydra, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(12):
        still.clock.pass_(hours=chance.choice([0, 0.1, 3, 7]))
        still.work.add_all(
            [
                still.new("x", priority=chance.choice(list(Priority)), tier=chance.choice([None, 1, 2]),
                          phase=chance.choice([None, "A", "B"]))
                for _ in range(chance.randrange(1, 12))
            ]
        )  # fmt: skip
    still.clock.pass_(hours=1)
    now, aging = still.clock.now(), timedelta(hours=6)
    with still.services.database.read() as connection:
        everything = [store.ready_of(row) for row in store.candidates(connection, "default", 10_000)]
        for wanted in (1, 2, 5, 20):
            some = [store.ready_of(row) for row in store.candidates(connection, "default", wanted)]
            assert order(some, now, aging)[:wanted] == order(everything, now, aging)[:wanted]


def test_each_lane_has_its_own_slots(make_still: type[StillHydra]) -> None:
    still = make_still(lanes={"default": 2, "inference": 1})
    for number in range(3):
        still.add(f"default {number}")
        still.add(f"inference {number}", lane="inference")
    assert sorted(still.release()) == ["default 0", "default 1", "inference 0"]
    still.end(next(start.item for start in still.started if start.lane == "inference"))
    assert still.release() == ["inference 1"]


def test_a_lane_without_slots_runs_nothing(make_still: type[StillHydra]) -> None:
    still = make_still(lanes={"default": 0})
    still.add("never")
    assert still.release() == []


@pytest.mark.parametrize(("scope", "value"), [("tier", "2"), ("lane", "default")])
def test_a_paused_tier_or_lane_is_held_until_it_is_resumed(still: StillHydra, scope: str, value: str) -> None:
    item = still.add("paused", tier=2)
    still.work.pause_part(scope, value, OWNER, None, until=None, reason="for the guests")
    assert still.release() == []
    [hold] = still.item(item).holds
    assert (still.item(item).state, hold.kind, "for the guests" in hold.detail) == ("held", "paused", True)
    still.work.resume_part(scope, value, OWNER, None)
    assert still.release() == ["paused"]


def test_a_paused_tier_keeps_no_other_from_running(still: StillHydra) -> None:
    still.work.pause_part("tier", "2", OWNER, None, until=None, reason=None)
    still.add("two", tier=2)
    still.add("three", tier=3)
    still.add("none")
    assert drained(still) == ["three", "none"]


def test_a_pause_with_an_end_ends_by_itself(still: StillHydra) -> None:
    still.add("paused", tier=2)
    ends = still.clock.now() + timedelta(hours=1)
    still.work.pause_part("tier", "2", OWNER, None, until=ends, reason=None)
    still.tick(minutes=59)
    assert still.release() == []
    still.tick(minutes=2)
    assert still.release() == ["paused"]
    assert "control.resumed" in still.names("control.")


def test_what_is_not_paused_cannot_be_resumed(still: StillHydra) -> None:
    with pytest.raises(Conflict):
        still.work.resume_part("tier", "2", OWNER, None)
    with pytest.raises(Conflict, match="not paused"):
        still.work.resume(still.add("free").id, OWNER)


@pytest.mark.parametrize("mode", [Mode.PAUSED, Mode.STOPPED])
def test_a_pause_of_everything_holds_everything_and_ends_by_itself(still: StillHydra, mode: Mode) -> None:
    item = still.add("one")
    still.set_mode(mode, until=timedelta(hours=1))
    assert (still.release(), still.item(item).state) == ([], "held")
    still.clock.pass_(hours=2)
    assert still.release() == ["one"]


def test_a_disk_nearly_full_stops_the_release_and_why_says_so(still: StillHydra) -> None:
    still.add("waits")
    still.releaser.blocked = "The disk is nearly full."
    assert still.release() == []
    still.releaser.blocked = None
    assert still.release() == ["waits"]


def test_what_must_be_held_after_all_makes_room_for_what_is_behind_it(still: StillHydra) -> None:
    for number in range(3):
        still.add(f"first {number}", priority=Priority.HIGH, window="09:00-13:00")
    still.clock.pass_(hours=2)  # it is 14:00: their window closed while they waited for a slot
    still.add("behind")
    assert still.release() == ["behind"]
    assert [item.holds[0].kind for item in still.work.page(state="held")[0]] == ["window"] * 3
