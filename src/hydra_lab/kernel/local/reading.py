"""How the machine that Hydra runs on is: processor, load, memory, file systems, by psutil."""

import os
import time
from datetime import datetime
from pathlib import Path

import psutil

from hydra_lab.kernel.capabilities.hosts import Figure, FileSystem, NodeReading

SOURCE = "this machine"
LOOK_S = 0.25
SMALLEST = 16 << 20  # bytes; smaller ones hold no data of anybody
# Images of programs and installation media: read-only and always full.
NO_DATA = frozenset({"squashfs", "iso9660", "udf", "erofs", "cramfs", "romfs", "efivarfs"})


def reading(node: str, at: datetime) -> NodeReading:
    """How this machine is now; its processor's use over a quarter of a second."""

    def figure(value: float | None) -> Figure | None:
        return None if value is None else Figure(value=value, at=at, source=SOURCE)

    memory, cpu = psutil.virtual_memory(), psutil.cpu_times_percent(interval=LOOK_S)
    load = os.getloadavg() if hasattr(os, "getloadavg") else (None, None, None)
    return NodeReading(
        node=node,
        cpu_percent=figure(max(0.0, round(100 - cpu.idle - getattr(cpu, "iowait", 0.0), 1))),
        cores=figure(psutil.cpu_count()),
        load_1m=figure(load[0]),
        load_5m=figure(load[1]),
        load_15m=figure(load[2]),
        memory_total_bytes=figure(memory.total),
        memory_available_bytes=figure(memory.available),
        uptime_s=figure(time.time() - psutil.boot_time()),
        file_systems=file_systems(at),
    )


def file_systems(at: datetime) -> tuple[FileSystem, ...]:
    """Every file system that holds data, each once however often it is mounted."""
    found: dict[int, FileSystem] = {}
    for one in sorted(psutil.disk_partitions(all=False), key=lambda one: len(one.mountpoint)):
        if one.fstype in NO_DATA:
            continue
        try:
            number = Path(one.mountpoint).stat().st_dev
            if number in found or Path(one.mountpoint).is_file():
                continue
            seen = psutil.disk_usage(one.mountpoint)
        except OSError:  # unplugged, or not ours to look at
            continue
        if seen.used + seen.free >= SMALLEST:
            found[number] = FileSystem(
                mount=one.mountpoint, device=one.device, total_bytes=seen.used + seen.free, free_bytes=seen.free, at=at,
                source=SOURCE,
            )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: one.mount))
