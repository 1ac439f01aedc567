"""A graphics card that is only counted: stand-in model servers share its memory, and what does not fit fails."""

import fcntl
import json
import threading
from pathlib import Path

MIB = 1024


class OutOfMemory(Exception):
    """What was asked for does not fit."""


class Gpu:
    """Memory in GiB by holder. ``file`` is kept as the stand-in for nvidia-smi reads it, with this card the first.

    ``stuck_gib`` is never given back once something was freed: a leak, or another program that was quicker.
    """

    def __init__(self, total_gib: float = 24.0, *, file: Path | None = None) -> None:
        self.total_gib = total_gib
        self.stuck_gib = 0.0
        self.held: dict[str, float] = {}
        self.most_gib = 0.0
        self.file = file
        self._lock = threading.Lock()

    @property
    def used_gib(self) -> float:
        """What is held now."""
        return sum(self.held.values())

    def take(self, holder: str, gib: float) -> None:
        """Hold memory. Raises ``OutOfMemory``."""
        with self._lock:
            if self.used_gib + gib > self.total_gib:
                raise OutOfMemory(f"CUDA out of memory: tried to allocate {gib:.2f} GiB")
            self.held[holder] = self.held.get(holder, 0.0) + gib
            self.most_gib = max(self.most_gib, self.used_gib)
            self._write()

    def free(self, holder: str) -> None:
        """Give memory back."""
        with self._lock:
            if self.held.pop(holder, None) is not None and self.stuck_gib:
                self.held["stuck"] = self.stuck_gib
            self._write()

    def _write(self) -> None:
        if self.file is None:
            return
        with self.file.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            card, *others = json.load(file)
            card |= {"memory.used": int(self.used_gib * MIB), "memory.total": int(self.total_gib * MIB)}
            file.seek(0)
            file.truncate()
            json.dump([card, *others], file)
