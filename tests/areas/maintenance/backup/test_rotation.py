"""Which backups stay: never more than asked for, always the newest, and some memory of weeks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.areas.maintenance.backup.rotation import kept

ZONE = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def nightly(days: int) -> list[tuple[str, datetime]]:
    return [(f"day-{n}", NOON - timedelta(days=n)) for n in range(days)]


def test_a_month_of_nights_leaves_days_and_a_week() -> None:
    assert sorted(kept(nightly(30), 7, ZONE)) == ["day-0", "day-1", "day-2", "day-3", "day-4", "day-5", "day-8"]


def test_a_busy_afternoon_does_not_push_last_week_out() -> None:
    busy = [(f"busy-{n}", NOON + timedelta(minutes=n)) for n in range(20)]
    stay = kept([*nightly(7), *busy], 7, ZONE)
    assert "busy-19" in stay
    assert {"day-1", "day-2", "day-3", "day-4", "day-5"} <= stay


def test_few_backups_all_stay() -> None:
    assert kept(nightly(3), 7, ZONE) == {"day-0", "day-1", "day-2"}
    same_day = [(f"b{n}", NOON + timedelta(minutes=n)) for n in range(5)]
    assert kept(same_day, 7, ZONE) == {name for name, _ in same_day}


@given(st.lists(st.integers(0, 200_000), unique=True, max_size=40), st.integers(1, 12))
def test_the_newest_always_stays_and_the_number_holds(minutes: list[int], keep: int) -> None:
    backups = [(f"b{n}", NOON - timedelta(minutes=n)) for n in minutes]
    stay = kept(backups, keep, ZONE)
    assert len(stay) == min(keep, len(backups))
    if backups:
        assert f"b{min(minutes)}" in stay
