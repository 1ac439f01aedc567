"""Time windows, also on the days on which clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.work.window import Window, closes_at, opens_at, parse_window

CHICAGO, BERLIN = ZoneInfo("America/Chicago"), ZoneInfo("Europe/Berlin")


def local(zone: ZoneInfo, text: str, fold: int = 0) -> datetime:
    """A wall-clock time in a zone as a UTC instant."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("overnight", Window(start=time(22), end=time(7))),
        ("22:00-07:00", Window(start=time(22), end=time(7))),
        (" 9:05-18:00 ", Window(start=time(9, 5), end=time(18))),
        ("sat,sun 09:00-18:00", Window(start=time(9), end=time(18), days=frozenset({5, 6}))),
        ("mon-fri 22:00-06:00", Window(start=time(22), end=time(6), days=frozenset({0, 1, 2, 3, 4}))),
        ("fri-mon 10:00-11:00", Window(start=time(10), end=time(11), days=frozenset({4, 5, 6, 0}))),
    ],
)
def test_a_window_is_read_from_words(text: str, expected: Window) -> None:
    assert parse_window(text) == expected


@pytest.mark.parametrize(
    "text", ["", "night", "25:00-07:00", "22:00", "22:00-22:00", "sut 09:00-18:00", "9-18", "x" * 999]
)
def test_what_is_no_window_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_window(text)


@pytest.mark.parametrize(
    ("zone", "now", "opens"),
    [
        # Spring: 02:00 becomes 03:00, on 9 March 2025 in Chicago and 30 March in Berlin.
        (CHICAGO, "2025-03-08T23:00", None),
        (CHICAGO, "2025-03-09T06:59", None),
        (CHICAGO, "2025-03-09T07:00", "2025-03-09T22:00"),
        (BERLIN, "2025-03-30T06:59", None),
        (BERLIN, "2025-03-30T12:00", "2025-03-30T22:00"),
        # Autumn: 02:00 comes twice, on 2 November 2025 in Chicago and (03:00) 26 October in Berlin.
        (CHICAGO, "2025-11-02T06:59", None),
        (CHICAGO, "2025-11-02T12:00", "2025-11-02T22:00"),
        (BERLIN, "2025-10-26T06:59", None),
        (BERLIN, "2025-10-25T21:59", "2025-10-25T22:00"),
    ],
)
def test_the_night_is_the_night_also_when_clocks_change(zone: ZoneInfo, now: str, opens: str | None) -> None:
    assert opens_at(parse_window("overnight"), local(zone, now), zone) == (local(zone, opens) if opens else None)


@pytest.mark.parametrize(("zone", "day"), [(CHICAGO, "2025-03-09"), (BERLIN, "2025-03-30")])
def test_a_window_that_starts_in_the_skipped_hour_opens_at_the_change(zone: ZoneInfo, day: str) -> None:
    window = parse_window("02:30-04:00")
    change = local(zone, f"{day}T03:00")
    assert opens_at(window, local(zone, f"{day}T01:00"), zone) == change
    assert opens_at(window, change, zone) is None
    assert closes_at(window, change, zone) == local(zone, f"{day}T04:00")


@pytest.mark.parametrize(("zone", "day"), [(CHICAGO, "2025-03-09"), (BERLIN, "2025-03-30")])
def test_a_window_that_ends_in_the_skipped_hour_closes_at_the_change(zone: ZoneInfo, day: str) -> None:
    window = parse_window("01:00-02:30")
    change = local(zone, f"{day}T03:00")
    assert closes_at(window, local(zone, f"{day}T01:30"), zone) == change
    assert opens_at(window, change, zone) == local(zone, f"{day}T01:00") + timedelta(hours=23)


@pytest.mark.parametrize(("zone", "day"), [(CHICAGO, "2025-03-09"), (BERLIN, "2025-03-30")])
def test_a_window_within_the_skipped_hour_does_not_open_that_day(zone: ZoneInfo, day: str) -> None:
    window = parse_window("02:10-02:50")
    opens = opens_at(window, local(zone, f"{day}T01:00"), zone)
    assert opens == local(zone, f"{day}T02:10") + timedelta(days=1) - timedelta(hours=1)


@pytest.mark.parametrize(("zone", "day", "hour"), [(CHICAGO, "2025-11-02", 1), (BERLIN, "2025-10-26", 2)])
def test_a_window_in_the_repeated_hour_opens_once_at_its_first(zone: ZoneInfo, day: str, hour: int) -> None:
    window = parse_window(f"0{hour}:15-0{hour}:45")
    first = local(zone, f"{day}T0{hour}:15")
    assert opens_at(window, first - timedelta(minutes=10), zone) == first
    assert opens_at(window, first, zone) is None
    again = local(zone, f"{day}T0{hour}:20", fold=1)
    opens = opens_at(window, again, zone)
    assert opens is not None
    assert opens > again + timedelta(hours=20)


@pytest.mark.parametrize(("zone", "day", "hour"), [(CHICAGO, "2025-11-02", 1), (BERLIN, "2025-10-26", 2)])
def test_a_window_over_the_repeated_hour_lasts_an_hour_longer(zone: ZoneInfo, day: str, hour: int) -> None:
    window = parse_window("00:00-04:00")
    start = local(zone, f"{day}T00:00")
    closes = closes_at(window, start, zone)
    assert closes is not None
    assert closes - start == timedelta(hours=5)


MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
AROUND_CHANGES = st.one_of(
    *[
        st.datetimes(datetime.fromisoformat(day) - timedelta(days=3), datetime.fromisoformat(day) + timedelta(days=3))
        for day in ("2025-03-09", "2025-03-30", "2025-10-26", "2025-11-02")
    ]
).map(lambda at: at.replace(tzinfo=UTC))


@given(
    start=MINUTES,
    end=MINUTES,
    days=st.sets(st.integers(0, 6), min_size=1).map(frozenset),
    now=AROUND_CHANGES,
    zone=st.sampled_from([CHICAGO, BERLIN]),
)
def test_a_window_opens_in_the_future_and_is_open_then(
    start: time, end: time, days: frozenset[int], now: datetime, zone: ZoneInfo
) -> None:
    if start == end:
        return
    window = Window(start=start, end=end, days=days)
    opens = opens_at(window, now, zone)
    if opens is None:
        closes = closes_at(window, now, zone)
        assert closes is not None
        assert now < closes <= now + timedelta(hours=25)
        return
    assert now < opens
    assert opens_at(window, opens, zone) is None
    assert opens_at(window, opens - timedelta(microseconds=1), zone) == opens
