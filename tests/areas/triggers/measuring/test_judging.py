"""Since when a measurement is beyond its limit, and when that is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from hydra_lab.areas.triggers.measuring.judging import due, judged, told
from hydra_lab.areas.triggers.measuring.model import MOST_SERIES, Measured, Metric
from hydra_lab.kernel.capabilities import Sample
from tests.lab import NOON

HOT = Metric(query="temperature", above=80, for_minutes=10)
MINUTE = timedelta(minutes=1)


class Looking:
    """Looks at one measurement, one after the other."""

    def __init__(self, metric: Metric = HOT) -> None:
        self.metric, self.known, self.now = metric, None, NOON
        self.known: Measured | None

    def look(self, values: Mapping[str, float | None], after: timedelta = MINUTE) -> list[str]:
        """Look some time after the last; the nodes that are told of."""
        self.now += after
        samples = [Sample(labels={"node": node}, at=self.now, value=value) for node, value in values.items()]
        found = judged(self.metric, self.known, samples, self.now)
        some = due(self.metric, found, self.now)
        self.known = told(found, some)
        return [one.labels["node"] for one in some]

    def since(self, node: str) -> datetime | None:
        """Since when a node is beyond the limit."""
        assert self.known
        return next(one.since for one in self.known.series if one.labels["node"] == node)


def test_what_stays_beyond_the_limit_for_long_enough_is_told_once_until_it_was_well_again() -> None:
    looking = Looking()
    assert [looking.look({"atlas": 81}) for _ in range(13)] == [[]] * 10 + [["atlas"]] + [[]] * 2
    assert looking.look({"atlas": 80}) == []
    assert [looking.look({"atlas": 95}) for _ in range(11)] == [[]] * 10 + [["atlas"]]


def test_each_series_is_judged_by_itself() -> None:
    looking = Looking()
    for _ in range(5):
        assert looking.look({"atlas": 90, "nova": 20}) == []
    told_of = [looking.look({"atlas": 90, "nova": 90}) for _ in range(11)]
    assert [one for one in told_of if one] == [["atlas"], ["nova"]]


@pytest.mark.parametrize("between", [{"atlas": 70.0}, {"atlas": None}, {}], ids=["well", "no number", "gone"])
def test_what_was_not_seen_beyond_the_limit_begins_anew(between: dict[str, float | None]) -> None:
    looking = Looking()
    for _ in range(9):
        looking.look({"atlas": 90})
    looking.look(between)
    looking.look({"atlas": 90})
    assert looking.since("atlas") == looking.now


def test_where_nobody_looked_for_a_while_it_begins_anew_but_is_not_told_twice() -> None:
    looking = Looking()
    for _ in range(11):
        looking.look({"atlas": 90})
    assert looking.look({"atlas": 90, "nova": 90}, 15 * MINUTE) == []
    assert looking.look({"atlas": 90, "nova": 90}, 15 * MINUTE) == []
    assert looking.since("nova") == looking.now
    assert [looking.look({"atlas": 90, "nova": 90}) for _ in range(10)] == [[]] * 9 + [["nova"]]


def test_a_query_of_too_many_series_says_so_and_tells_of_none() -> None:
    looking = Looking(Metric(query="temperature", above=80))
    assert looking.look({str(number): 90.0 for number in range(MOST_SERIES + 1)}) == []
    assert looking.known
    assert "Narrow it" in str(looking.known.problem)


@pytest.mark.parametrize(
    ("limits", "beyond"),
    [({"above": 5}, [6, 9]), ({"below": 5}, [1, 4]), ({"above": 3, "below": 7}, [4, 5, 6]), ({"above": 0}, [1])],
)
def test_a_value_passes_its_limits(limits: dict[str, float], beyond: list[float]) -> None:
    metric = Metric(query="x", **limits)
    assert all(metric.passed(value) for value in beyond)
    assert not any(metric.passed(value) for value in (None, *limits.values()))


def test_a_measurement_without_a_limit_is_refused() -> None:
    with pytest.raises(ValidationError, match="needs a limit"):
        Metric(query="up")
