"""Looking at a long queue: who is next, who is ahead, what is paused and what a search finds, from few rows."""

import random
from datetime import timedelta

import pytest

from hydra_lab.kernel.policy.model import Mode
from hydra_lab.kernel.work import HoldKind, Priority, measure, store
from hydra_lab.kernel.work.line import store as line
from hydra_lab.kernel.work.ordering import order
from tests.kernel.work.still import StillHydra
from tests.lab import OWNER


def mixed(still: StillHydra, seed: int) -> None:
    """Ready work of every class in two lanes, some of it for so long that it has risen."""
    chance = random.Random(seed)
    for _ in range(12):
        still.clock.pass_(hours=chance.choice([0, 0.1, 3, 6, 7]))
        still.work.add_all(
            [
                still.new(f"{chance.random()}", priority=chance.choice(list(Priority)), lane=chance.choice("ab"),
                          tier=chance.choice([None, 1, 2]), phase=chance.choice([None, "A", "B"]))
                for _ in range(chance.randrange(1, 12))
            ]
        )  # fmt: skip
    still.clock.pass_(hours=chance.choice([0, 1, 6]))


@pytest.mark.parametrize("seed", range(3))
def test_why_counts_just_those_that_start_before(still: StillHydra, seed: int) -> None:
    mixed(still, seed)
    with still.services.database.read() as connection:
        ready = [store.ready_of(row) for row in store.candidates(connection, "a", 10_000)]
    for place, one in enumerate(expected := order(ready, still.clock.now(), timedelta(hours=6))):
        why = still.work.why(one.id)
        assert why.position == place + 1
        assert [other.id for other in why.ahead] == [other.id for other in expected[:place]][:5]


@pytest.mark.parametrize("seed", range(3))
def test_the_heads_of_the_classes_are_the_oldest_of_each_lane(still: StillHydra, seed: int) -> None:
    mixed(still, seed)
    with still.services.database.read() as connection:
        assert store.lanes_with_ready_work(connection) == ["a", "b"]
        rows = [row for lane in "ab" for row in store.candidates(connection, lane, 10_000)]
        heads = line.heads(connection)
    classes: dict[tuple[object, ...], str] = {}
    for row in sorted(rows, key=lambda row: (row.ready_at, row.id)):
        classes.setdefault((row.lane, row.priority, row.phase_rank, row.tier_rank), row.id)
    assert [row.id for row in heads] == [classes[one] for one in sorted(classes)]


def test_what_waits_for_a_pause_is_listed_and_counted_whatever_was_paused(still: StillHydra) -> None:
    for title, options in (
        ("of the tier", {"tier": 3}), ("of the lane", {"lane": "slow"}), ("of both", {"tier": 3, "lane": "slow"}),
        ("of none", {}),
    ):  # fmt: skip
        still.add(title, **options)
    alone = still.add("alone", tier=3)
    held = still.add("held", tier=3, window="overnight")
    still.work.pause(alone.id, OWNER)
    still.work.pause_part("tier", "3", OWNER, None, until=None, reason=None)
    still.work.pause_part("lane", "slow", OWNER, None, until=None, reason=None)
    assert paused(still) == {"of the tier", "of the lane", "of both", "alone", "held"}
    assert [hold.kind for hold in still.item(held).holds] == [HoldKind.PAUSED, HoldKind.WINDOW]
    still.set_mode(Mode.PAUSED)
    assert paused(still) == {"of the tier", "of the lane", "of both", "alone", "held", "of none"}
    still.set_mode(Mode.AUTONOMOUS)
    still.work.resume_part("tier", "3", OWNER, None)
    still.work.resume_part("lane", "slow", OWNER, None)
    assert paused(still) == {"alone"}


def paused(still: StillHydra) -> set[str]:
    """The titles of what a pause keeps from running; the number of them is counted besides."""
    items, total, _ = still.work.page(hold=HoldKind.PAUSED)
    with still.services.database.read() as connection:
        everything = still.work.everything_hold() is not None
        assert measure.holds_by_kind(connection, all_paused=everything)["paused"] == total == len(items)
    assert all(HoldKind.PAUSED in {hold.kind for hold in item.holds} for item in items)
    return {item.title for item in items}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("heat", ["Heat the Überlauf"]), ("überlauf", ["Heat the Überlauf"]), ("the heat", ["Heat the Überlauf"]),
        ("heat fence", []), ("100%", ["Paint 100% of it"]), ("_", ["a_b"]), ("BENCH.echo a_", ["a_b"]),
        ("4.1", ["a_b"]),
        ("   ", ["a_b", "Paint 100% of it", "Heat the Überlauf"]),
    ],
)  # fmt: skip
def test_a_search_finds_what_has_every_word(still: StillHydra, q: str, found: list[str]) -> None:
    still.add("Heat the Überlauf")
    still.add("Paint 100% of it")
    still.add("a_b", section="4.1")
    items, total, cursor = still.work.page(q=q)
    assert ([item.title for item in items], total, cursor) == (found, len(found), None)


def test_a_search_goes_on_from_page_to_page(still: StillHydra) -> None:
    for number in range(7):
        still.add(f"Wood {number}")
        still.add(f"Stone {number}")
    titles, cursor = [], None
    while True:
        items, total, cursor = still.work.page(q="wood", limit=3, cursor=cursor)
        assert total == 7
        titles += [item.title for item in items]
        if cursor is None:
            break
    assert titles == [f"Wood {number}" for number in reversed(range(7))]
