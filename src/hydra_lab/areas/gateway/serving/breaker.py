"""Circuit breakers: a server that fails again and again is left alone for a while."""

import threading
from dataclasses import dataclass


@dataclass
class Breaker:
    """One server's failures in a row, and until when it is left alone (``time.monotonic``)."""

    failures: int = 0
    rests_until: float = 0.0


class Breakers:
    """One for each server. Methods tell whether something changed, so that it is journaled once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._breakers: dict[str, Breaker] = {}

    def rests(self, server: str, now: float) -> bool:
        """Whether it is left alone now."""
        return now < self._of(server).rests_until

    def failed(self, server: str, now: float, *, failures: int, rest_s: float) -> bool:
        """Count a failure; whether it is left alone from now on and was not before. A first try after a rest counts
        as enough."""
        with self._lock:
            breaker = self._of(server)
            breaker.failures += 1
            if breaker.failures < failures or now < breaker.rests_until:
                return False
            breaker.rests_until = now + rest_s
            return breaker.failures == failures

    def worked(self, server: str) -> bool:
        """Forget the failures; whether it had been left alone."""
        breaker = self._breakers.get(server)
        if breaker is None or not breaker.failures:
            return False
        with self._lock:
            was_resting = breaker.rests_until > 0
            breaker.failures, breaker.rests_until = 0, 0.0
            return was_resting

    def _of(self, server: str) -> Breaker:
        return self._breakers.setdefault(server, Breaker())
