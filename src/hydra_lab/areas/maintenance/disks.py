"""Disks: which file systems hold data, how full they are, how fast they fill, and when they will be full."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import psutil

from hydra_lab.kernel.operation import Output

# Images of programs and installation media: read-only and always full.
NO_DATA = frozenset({"squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs", "efivarfs"})
TREND_DAYS = 30
LEAST_SPAN = timedelta(hours=24)
LEAST_SAMPLES = 3
MOST_SAMPLES = 120


class Usage(Output):
    """One file system now. Sizes in bytes; ``free`` is what Hydra may still use."""

    mount: str
    device: str
    kind: str
    total: int
    used: int
    free: int


class Sample(Output):
    """One earlier measurement of a file system."""

    at: datetime
    total: int
    free: int


class Disk(Usage):
    """A file system and where it is going. What is not known is ``None``, and ``unknown_because`` says why."""

    used_percent: float
    grew_since_last: int | None
    last_at: datetime | None
    bytes_per_day: float | None
    days_until_full: float | None
    unknown_because: str | None


class Unread(Output):
    """A file system that could not be measured."""

    mount: str
    problem: str


def mounted(data_dir: Path) -> tuple[list[Usage], list[Unread]]:
    """Every real file system that holds data, each once however often it is mounted, and that of the data directory."""
    found: dict[int, Usage] = {}
    unread: list[Unread] = []
    mounts = [(one.mountpoint, one.device, one.fstype) for one in psutil.disk_partitions(all=False)]
    for mount, device, kind in sorted(mounts, key=lambda one: len(one[0])):
        if kind in NO_DATA or Path(mount).is_file():
            continue
        try:
            number = Path(mount).stat().st_dev
            if number not in found:
                found[number] = usage(mount, device, kind)
        except OSError as error:
            unread.append(Unread(mount=mount, problem=error.strerror or str(error)))
    if data_dir.stat().st_dev not in found:
        mount = mount_of(data_dir)
        kinds = {one.mountpoint: (one.device, one.fstype) for one in psutil.disk_partitions(all=True)}
        device, kind = kinds.get(mount, ("unknown", "unknown"))
        found[data_dir.stat().st_dev] = usage(mount, device, kind)
    return [one for one in found.values() if one.total > 0], unread


def usage(mount: str, device: str, kind: str) -> Usage:
    """A file system's sizes now, without what is reserved for the system. Raises ``OSError``."""
    seen = psutil.disk_usage(mount)
    return Usage(mount=mount, device=device, kind=kind, total=seen.used + seen.free, used=seen.used, free=seen.free)


def mount_of(path: Path) -> str:
    """Where the file system that holds a path is mounted."""
    path = path.resolve()
    while not os.path.ismount(path):
        path = path.parent
    return str(path)


def outlook(now: datetime, seen: Usage, history: Sequence[Sample]) -> Disk:
    """A file system with its growth; ``history`` is oldest first and does not hold this measurement.

    The rate is the median of the slopes between all pairs of measurements (Theil and Sen), so that one big download or
    clean-up does not bend it. It is known after a day and three measurements.
    """
    last = history[-1] if history else None
    # After a resize the older measurements are about another disk.
    usable = [one for one in history if one.total == seen.total and now - one.at <= timedelta(days=TREND_DAYS)]
    points = [(one.at, one.free) for one in usable[-MOST_SAMPLES:]] + [(now, seen.free)]
    rate, why = trend(points)
    days = seen.free / rate if rate is not None and rate > 0 else None
    if rate is not None and rate <= 0:
        why = "it is not filling"
    return Disk(
        **seen.model_dump(),
        used_percent=round(100 * (1 - seen.free / seen.total), 1),
        grew_since_last=last.free - seen.free if last and last.total == seen.total else None,
        last_at=last.at if last else None,
        bytes_per_day=round(rate) if rate is not None else None,
        days_until_full=round(days, 1) if days is not None else None,
        unknown_because=why,
    )


def trend(points: Sequence[tuple[datetime, int]]) -> tuple[float | None, str | None]:
    """Bytes lost a day from ``(time, bytes free)``, or why that is not known yet."""
    if len(points) < LEAST_SAMPLES:
        return None, f"it was measured {len(points)} times; {LEAST_SAMPLES} are needed"
    if points[-1][0] - points[0][0] < LEAST_SPAN:
        return None, "it has been measured for less than a day"
    day = timedelta(days=1)
    slopes = [
        (free - later_free) / ((later - at) / day)
        for number, (at, free) in enumerate(points)
        for later, later_free in points[number + 1 :]
        if later > at
    ]
    return median(slopes), None


def gib(size: float) -> str:
    """Bytes as a person reads them: ``75.9 GiB``, ``512 MiB``."""
    return f"{size / (1 << 30):.1f} GiB" if abs(size) >= 1 << 30 else f"{size / (1 << 20):.0f} MiB"
