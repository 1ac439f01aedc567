"""Energy from measured power: split at midnight, and a gap is a gap."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hydra_lab.areas.presence.eco.energy import parts
from hydra_lab.areas.presence.eco.store import Measured

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 2, 28, 23, tzinfo=UTC)  # of the first of March, in Berlin


def test_half_a_minute_at_rising_power_is_its_mean() -> None:
    begin = datetime(2026, 3, 1, 12, tzinfo=UTC)
    found = list(parts(Measured(at=begin, watts=100), begin + timedelta(seconds=30), 300, BERLIN))
    assert found == [(date(2026, 3, 1), pytest.approx(200 * 30 / 3600), 30)]


def test_what_lies_across_the_labs_midnight_belongs_to_both_days() -> None:
    begin = MIDNIGHT - timedelta(seconds=10)
    found = list(parts(Measured(at=begin, watts=360), MIDNIGHT + timedelta(seconds=20), 360, BERLIN))
    assert found == [
        (date(2026, 2, 28), pytest.approx(1.0), 10), (date(2026, 3, 1), pytest.approx(2.0), 20)
    ]  # fmt: skip


@pytest.mark.parametrize("seconds", [61, 3600, 0, -5])
def test_nothing_is_invented_for_a_gap_or_a_clock_that_went_back(seconds: int) -> None:
    assert list(parts(Measured(at=MIDNIGHT, watts=300), MIDNIGHT + timedelta(seconds=seconds), 300, BERLIN)) == []
