"""When schedules fire, also on the days on which clocks change."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.work.schedules.model import checked, firings_between, next_after

CHICAGO, BERLIN = "America/Chicago", "Europe/Berlin"


def local(zone: str, text: str, fold: int = 0) -> datetime:
    """A wall-clock time in a zone as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "expected"),
    [
        ("0 3 * * *", BERLIN, "2025-06-01T12:00", "2025-06-02T03:00"),
        ("*/15 * * * *", CHICAGO, "2025-06-01T12:01", "2025-06-01T12:15"),
        ("0 9 * * mon", BERLIN, "2025-12-19T12:00", "2025-12-22T09:00"),
        # a day with a change is no other day for hours that exist once
        ("0 7 * * *", BERLIN, "2025-03-29T12:00", "2025-03-30T07:00"),
        ("0 7 * * *", CHICAGO, "2025-03-08T12:00", "2025-03-09T07:00"),
        ("0 7 * * *", BERLIN, "2025-10-25T12:00", "2025-10-26T07:00"),
        ("0 7 * * *", CHICAGO, "2025-11-01T12:00", "2025-11-02T07:00"),
        # 02:30 does not exist: it fires at the change
        ("30 2 * * *", BERLIN, "2025-03-29T12:00", "2025-03-30T03:00"),
        ("30 2 * * *", CHICAGO, "2025-03-08T12:00", "2025-03-09T03:00"),
        ("30 2 * * *", BERLIN, "2025-03-30T03:00", "2025-03-31T02:30"),
        # 02:30 (01:30) comes twice: it fires at the first
        ("30 2 * * *", BERLIN, "2025-10-25T12:00", "2025-10-26T02:30"),
        ("30 1 * * *", CHICAGO, "2025-11-01T12:00", "2025-11-02T01:30"),
        ("30 2 * * *", BERLIN, "2025-10-26T02:30", "2025-10-27T02:30"),
        ("30 1 * * *", CHICAGO, "2025-11-02T01:30", "2025-11-03T01:30"),
    ],
)
def test_the_next_firing_is_by_the_wall_clock(cron: str, zone: str, after: str, expected: str) -> None:
    assert next_after(cron, zone, local(zone, after)) == local(zone, expected)


@pytest.mark.parametrize(("zone", "day", "hours"), [(BERLIN, "2025-03-30", 23), (BERLIN, "2025-10-26", 25)])
def test_an_hourly_schedule_fires_every_real_hour(zone: str, day: str, hours: int) -> None:
    at = local(zone, f"{day}T00:00") - timedelta(seconds=1)
    end, fired = local(zone, f"{day}T00:00") + timedelta(hours=hours), []
    while (at := next_after("0 * * * *", zone, at)) < end:
        fired.append(at)
    assert len(fired) == hours
    assert all(later - sooner == timedelta(hours=1) for sooner, later in itertools.pairwise(fired))


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 4),
    zone=st.sampled_from([BERLIN, CHICAGO]),
    day=st.sampled_from(["2025-03-09", "2025-03-30", "2025-10-26", "2025-11-02"]),
)
@settings(max_examples=200, deadline=None)
def test_a_daily_schedule_fires_once_each_day(minute: int, hour: int, zone: str, day: str) -> None:
    at = local(zone, day) - timedelta(days=2)
    days = []
    for _ in range(5):
        at = next_after(f"{minute} {hour} * * *", zone, at)
        days.append(at.astimezone(ZoneInfo(zone)).date())
    assert [later - sooner for sooner, later in itertools.pairwise(days)] == [timedelta(days=1)] * 4


def test_missed_firings_are_counted() -> None:
    first = local(BERLIN, "2025-03-29T02:30")
    assert firings_between("30 2 * * *", BERLIN, first, first + timedelta(days=3)) == 4
    assert firings_between("30 2 * * *", BERLIN, first, first) == 1
    assert firings_between("* * * * *", BERLIN, first, first + timedelta(days=30)) == 1000


@pytest.mark.parametrize("cron", ["", "* * * *", "61 * * * *", "* * * * * *", "@daily", "tonight"])
def test_what_is_no_cron_line_is_refused(cron: str) -> None:
    with pytest.raises(Invalid):
        checked(cron, BERLIN)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        checked("0 3 * * *", "Europe/Atlantis")


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(Invalid, match="never fires"):
        next_after("0 0 30 2 *", BERLIN, datetime(2025, 1, 1, tzinfo=UTC))
