"""How many items fit a filter: what was counted is known until something is committed, and never longer."""

from hydra_lab.kernel.work.listing.totals import MOST, Totals


def test_a_total_is_counted_again_once_something_was_committed() -> None:
    versions = iter([1, 1, 1, 2])
    totals = Totals(lambda: next(versions))
    assert totals.of("night")(lambda: 7) == 7
    assert totals.of("night")(lambda: 8) == 7
    assert totals.of("other")(lambda: 9) == 9
    assert totals.of("night")(lambda: 8) == 8


def test_what_is_committed_while_it_is_counted_is_not_missed() -> None:
    now = 1
    totals = Totals(lambda: now)
    total_of = totals.of("night")
    now = 2  # between this look and the reading
    assert total_of(lambda: 7) == 7
    assert totals.of("night")(lambda: 8) == 8


def test_where_nobody_can_say_what_was_committed_it_is_always_counted() -> None:
    totals = Totals(lambda: None)
    assert [totals.of("night")(lambda one=one: one) for one in (1, 2)] == [1, 2]  # type: ignore[misc]


def test_only_so_many_filters_are_remembered() -> None:
    totals = Totals(lambda: 1)
    for number in range(MOST + 1):
        totals.of(number)(lambda: 1)
    assert [totals.of(number)(lambda: 2) for number in (0, MOST)] == [2, 1]
