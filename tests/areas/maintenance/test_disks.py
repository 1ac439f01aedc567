"""When a disk will be full: known from real measurements, unknown where they do not say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hydra_lab.areas.maintenance.disks import Sample, Usage, mounted, outlook

NOW = datetime(2026, 6, 1, tzinfo=UTC)
GIB = 1 << 30


def seen(free: int, total: int = 1000) -> Usage:
    return Usage(mount="/data", device="/dev/sda1", kind="ext4", total=total * GIB, used=0, free=free * GIB)


def sample(days_ago: float, free: int, total: int = 1000) -> Sample:
    return Sample(at=NOW - timedelta(days=days_ago), total=total * GIB, free=free * GIB)


@pytest.mark.parametrize(
    ("history", "free", "days", "why"),
    [
        ([], 100, None, "measured 1 times"),
        ([sample(5, 110)], 100, None, "measured 2 times"),
        ([sample(0.3, 110), sample(0.2, 105)], 100, None, "less than a day"),
        ([sample(3, 130), sample(2, 120), sample(1, 110)], 100, 10.0, None),
        ([sample(3, 70), sample(2, 80), sample(1, 90)], 100, None, "not filling"),
        ([sample(3, 100), sample(2, 100), sample(1, 100)], 100, None, "not filling"),
        # One large download on a quiet disk says nothing about the days to come.
        ([sample(n, 500) for n in range(9, 0, -1)], 300, None, "not filling"),
        # What was measured before the disk was made larger is about another disk.
        ([sample(3, 30, 500), sample(2, 20, 500), sample(1, 10, 500)], 510, None, "measured 1 times"),
        ([sample(90, 900), sample(60, 800), sample(40, 700)], 100, None, "measured 1 times"),
    ],
)
def test_days_until_full_are_told_when_known(
    history: list[Sample], free: int, days: float | None, why: str | None
) -> None:
    disk = outlook(NOW, seen(free), history)
    assert disk.days_until_full == days
    assert (why is None) == (disk.unknown_because is None)
    assert (why or "") in (disk.unknown_because or "")


def test_growth_is_since_the_last_measurement() -> None:
    disk = outlook(NOW, seen(100), [sample(2, 130), sample(1, 120)])
    assert (disk.grew_since_last, disk.last_at) == (20 * GIB, NOW - timedelta(days=1))
    assert outlook(NOW, seen(100), []).grew_since_last is None


def test_each_real_file_system_is_measured_once_and_that_of_the_data_always(tmp_path: Path) -> None:
    found, _ = mounted(tmp_path)
    numbers = [Path(one.mount).stat().st_dev for one in found]
    assert len(numbers) == len(set(numbers))
    assert tmp_path.stat().st_dev in numbers
    assert all(one.total > 0 and one.kind not in ("squashfs", "proc") for one in found)
