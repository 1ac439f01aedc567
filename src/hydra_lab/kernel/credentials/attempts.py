"""Failed sign-ins: after a few from one place, or many from everywhere, a pause. Nothing of it outlives the process."""

import ipaddress
import threading
from collections import OrderedDict, deque

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.errors import TooMany

ALLOWED = 5
PAUSE_S = 15 * 60.0
REMEMBERED = 10_000
# From everywhere together: more than a household's typing errors, far less than guessing needs.
ALLOWED_IN_ALL = 60
ALL_WITHIN_S = 60.0
# A home has one of these networks; an attacker has as many addresses as they like in theirs.
NETWORK_V6 = 64
DAY_S = 24 * 3600.0


class Attempts:
    """Counts failures by place (an address). A pause begins with the fifth and forgets them when it ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._recent: deque[float] = deque(maxlen=ALLOWED_IN_ALL)

    def check(self, place: str) -> None:
        """Raise ``TooMany`` while the place, or everybody, is paused."""
        place, now = counted(place), self._clock.monotonic()
        with self._lock:
            count, last = self._failed.get(place, (0, 0.0))
            left_s = last + PAUSE_S - now
            if left_s <= 0:
                self._failed.pop(place, None)
            elif count >= ALLOWED:
                raise TooMany(
                    "Too many failed sign-ins from this address.",
                    retry_after_s=left_s,
                    fix=f"Try again in {round(left_s / 60) or 1} min, or sign in with `hydra token link`.",
                )
            all_left_s = self._recent[0] + ALL_WITHIN_S - now if len(self._recent) == ALLOWED_IN_ALL else 0.0
            if all_left_s > 0:
                raise TooMany(
                    "Too many failed sign-ins from many addresses.",
                    retry_after_s=all_left_s,
                    fix="Try again in a minute.",
                )

    def failed(self, place: str) -> int:
        """Count one failure; returns how many there were."""
        place = counted(place)
        with self._lock:
            count = self._failed.pop(place, (0, 0.0))[0] + 1
            self._failed[place] = (count, self._clock.monotonic())
            self._recent.append(self._clock.monotonic())
            while len(self._failed) > REMEMBERED:
                self._failed.popitem(last=False)
            return count

    def succeeded(self, place: str) -> None:
        """Forget the place's failures."""
        with self._lock:
            self._failed.pop(counted(place), None)


class Noted:
    """What the journal was told of already, so that it is told once a day of what happens with every request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def is_new(self, what: tuple[str, ...], now: float) -> bool:
        """Whether this is to be told now."""
        with self._lock:
            before = self._at.get(what)
            if before is not None and now - before < DAY_S:
                return False
            self._at[what] = now
            self._at.move_to_end(what)
            while len(self._at) > REMEMBERED:
                self._at.popitem(last=False)
            return True


def counted(place: str) -> str:
    """The place whose failures count together: an address, of IPv6 its network."""
    try:
        address = ipaddress.ip_address(place)
    except ValueError:
        return place
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((int(address), NETWORK_V6), strict=False))
    return place
