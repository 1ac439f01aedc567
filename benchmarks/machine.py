"""What a process costs, from /proc: processor time and resident memory, with its children."""

import os
from pathlib import Path

import psutil

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def cpu_s(pid: int) -> float:
    """Processor seconds used so far by a process and its children, living and ended ones."""
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += sum(int(fields[index]) for index in (11, 12, 13, 14))  # utime, stime, and those of ended children
    return total / TICKS_PER_S


def resident_mb(pid: int) -> float:
    """Resident memory of a process and its children, in MB (10^6 bytes)."""
    return sum(psutil.Process(one).memory_info().rss for one in family(pid)) / 1e6


def load() -> str:
    """How busy the machine is with everything that runs on it."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())
