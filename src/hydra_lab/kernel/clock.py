"""Time, ids and chance: what a handler asks its context for, so that tests and replays can decide them."""

import os
import random
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where time comes from. All times are UTC-aware."""

    def now(self) -> datetime:
        """The time now, UTC-aware."""

    def monotonic(self) -> float:
        """Seconds that only ever grow, for measuring durations."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Ids:
    """Ids that sort by the time they were made: UUID version 7 (RFC 9562), strictly rising in one process."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._chance = chance or random.SystemRandom()
        self._lock = threading.Lock()
        self._last = 0

    def new(self, now: datetime) -> str:
        """A UUIDv7 in its usual text form, e.g. ``0198f2c4-7d1e-7c33-8a51-…``."""
        with self._lock:
            # 48 bits of milliseconds, then 12 bits that count within the millisecond so that order is kept.
            stamp = (int(now.timestamp() * 1000) << 12) | self._chance.getrandbits(10)
            self._last = stamp = max(stamp, self._last + 1)
        value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62
        return str(uuid.UUID(int=value | int.from_bytes(os.urandom(8), "big") >> 2))
