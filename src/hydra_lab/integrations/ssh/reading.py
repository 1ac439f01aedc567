"""How a Linux machine is, out of its own files and ``df``."""

from __future__ import annotations

import re
from datetime import datetime

from hydra_lab.kernel.capabilities.commands import HostCommand
from hydra_lab.kernel.capabilities.hosts import Figure, FileSystem, NodeReading
from hydra_lab.kernel.errors import Refused

SOURCE = "SSH"
LOOK = HostCommand(program="cat", arguments=("/proc/stat", "/proc/meminfo", "/proc/loadavg", "/proc/uptime"))
DISKS = HostCommand(program="df", arguments=("-P", "-k", "-l"))
DISKS_WITHOUT_LOCAL = HostCommand(program="df", arguments=("-P", "-k"))  # BusyBox knows no -l
NO_DATA = re.compile(r"^(tmpfs|devtmpfs|udev|none|overlay|shm|ramfs|efivarfs|cgroup\S*|/dev/loop\d+)$")
NO_PLACE = re.compile(r"^/(proc|sys|dev|run|snap|var/lib/docker|var/snap)(/|$)")
KIB = 1024
SMALLEST = 16 << 20  # bytes; smaller ones hold no data of anybody


def reading(node: str, at: datetime, files: str, disks: str, before: tuple[float, float] | None) -> NodeReading:
    """What the files tell; ``before`` are the processor's seconds at the look before. Raises ``Refused``."""

    def figure(value: float | None) -> Figure | None:
        return None if value is None else Figure(value=value, at=at, source=SOURCE)

    lines = files.splitlines()
    memory = {key: float(kib) * KIB for key, kib in re.findall(r"^(\w+(?:\(\w+\))?):\s+(\d+) kB$", files, re.MULTILINE)}
    busy = cpu_seconds(files)
    load = next(
        (match for line in lines if (match := re.match(r"([\d.]+) ([\d.]+) ([\d.]+) \d+/\d+ \d+$", line))), None
    )
    uptime = next((match for line in lines if (match := re.match(r"(\d+\.\d+) \d+\.\d+$", line))), None)
    if busy is None or "MemTotal" not in memory or load is None:
        raise Refused(
            f"{node} tells nothing that makes sense of itself; only Linux is measured over SSH.",
            fix=f"See what `cat /proc/stat` says on {node}; what its shell says at a start would be in the way.",
            node=node,
        )
    return NodeReading(
        node=node,
        cpu_percent=figure(used_between(before, busy)),
        cores=figure(float(len(re.findall(r"^cpu\d+ ", files, re.MULTILINE)))),
        load_1m=figure(float(load[1])),
        load_5m=figure(float(load[2])),
        load_15m=figure(float(load[3])),
        memory_total_bytes=figure(memory["MemTotal"]),
        memory_available_bytes=figure(memory.get("MemAvailable")),
        uptime_s=figure(float(uptime[1]) if uptime else None),
        file_systems=file_systems(disks, at),
    )


def cpu_seconds(files: str) -> tuple[float, float] | None:
    """How long the processor was busy, and how long in all, in ticks since it started; ``None`` where it is not told.

    Waiting for disks is not busy. The fields are those of proc(5).
    """
    line = re.search(r"^cpu +(\d[\d ]+)$", files, re.MULTILINE)
    if line is None:
        return None
    ticks = [float(one) for one in line[1].split()][:8]  # guests are counted in user and nice already
    idle = sum(ticks[3:5])
    return sum(ticks) - idle, sum(ticks)


def used_between(before: tuple[float, float] | None, after: tuple[float, float]) -> float | None:
    """How much of the processor was used between two looks, in percent; unknown without a look before."""
    if before is None or after[1] <= before[1] or after[0] < before[0]:
        return None
    return round(100 * (after[0] - before[0]) / (after[1] - before[1]), 1)


def file_systems(text: str, at: datetime) -> tuple[FileSystem, ...]:
    """The file systems that hold data, from ``df -P -k``; each device once."""
    found: dict[str, FileSystem] = {}
    for line in text.splitlines()[1:]:
        parts = re.match(r"(.+?)\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s+(/.*)$", line)
        if not parts or NO_DATA.match(parts[1]) or NO_PLACE.match(parts[5]) or parts[1] in found:
            continue
        used, free = int(parts[3]) * KIB, int(parts[4]) * KIB
        if used + free >= SMALLEST:
            found[parts[1]] = FileSystem(
                mount=parts[5], device=parts[1], total_bytes=used + free, free_bytes=free, at=at, source=SOURCE
            )
    return tuple(sorted(found.values(), key=lambda one: one.mount))
