"""Failed sign-ins: after a few from one place, a pause."""

import threading
from collections import OrderedDict

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.errors import TooMany

ALLOWED = 5
PAUSE_S = 15 * 60.0
REMEMBERED = 10_000


class Attempts:
    """Counts failures by place (an address). A pause begins with the fifth and forgets them when it ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def check(self, place: str) -> None:
        """Raise ``TooMany`` while the place is paused."""
        with self._lock:
            count, last = self._failed.get(place, (0, 0.0))
            left_s = last + PAUSE_S - self._clock.monotonic()
            if left_s <= 0:
                self._failed.pop(place, None)
            elif count >= ALLOWED:
                raise TooMany(
                    "Too many failed sign-ins from this address.",
                    retry_after_s=left_s,
                    fix=f"Try again in {round(left_s / 60) or 1} min, or sign in with `hydra token link`.",
                )

    def failed(self, place: str) -> int:
        """Count one failure; returns how many there were."""
        with self._lock:
            count = self._failed.pop(place, (0, 0.0))[0] + 1
            self._failed[place] = (count, self._clock.monotonic())
            while len(self._failed) > REMEMBERED:
                self._failed.popitem(last=False)
            return count

    def succeeded(self, place: str) -> None:
        """Forget the place's failures."""
        with self._lock:
            self._failed.pop(place, None)
