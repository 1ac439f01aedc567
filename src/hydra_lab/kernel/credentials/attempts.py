"""Failed sign-ins and wrong tokens: after a few from one place, or many from everywhere, a pause.

Nothing of it outlives the process.
"""

import ipaddress
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.errors import TooMany

ALLOWED = 5
PAUSE_S = 15 * 60.0
# Whoever tries from this machine could as well read its memory; but a household's scripts are to come back soon.
PAUSE_HERE_S = 60.0
REMEMBERED = 10_000
# From everywhere together: more than a household's typing errors, far less than guessing needs.
ALLOWED_IN_ALL = 60
ALL_WITHIN_S = 60.0
# A home has one of these networks; an attacker has as many addresses as they like in theirs.
NETWORK_V6 = 64
DAY_S = 24 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Failures:
    """How often a place failed, when it did last, and what it tried last, each as a hash."""

    count: int = 0
    last: float = -PAUSE_S
    tried: tuple[str, ...] = ()


class Attempts:
    """Counts failures by place (an address). A pause begins with the fifth and forgets them when it ends.

    What was tried counts once: a program that goes on showing a token that has ended guesses nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, Failures] = OrderedDict()
        self._good: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._recent: deque[float] = deque(maxlen=ALLOWED_IN_ALL)

    def check(self, place: str) -> None:
        """Raise ``TooMany`` while the place, or everybody, is paused."""
        place, now = counted(place), self._clock.monotonic()
        with self._lock:
            before = self._failed.get(place, Failures())
            left_s = before.last + pause_s(place) - now
            if left_s <= 0:
                self._failed.pop(place, None)
            elif before.count >= ALLOWED:
                raise TooMany(
                    "Too many failed sign-ins or wrong tokens from this address.",
                    retry_after_s=left_s,
                    fix=f"Try again in {round(left_s / 60) or 1} min, or sign in with `hydra token link`.",
                )
            all_left_s = self._recent[0] + ALL_WITHIN_S - now if len(self._recent) == ALLOWED_IN_ALL else 0.0
            if all_left_s > 0:
                raise TooMany(
                    "Too many failed sign-ins or wrong tokens from many addresses.",
                    retry_after_s=all_left_s,
                    fix="Try again in a minute.",
                )

    def failed(self, place: str, what: str = "") -> int:
        """Count one failure; returns how many there were, 0 for what failed from there before. ``what`` is a hash."""
        place, now = counted(place), self._clock.monotonic()
        with self._lock:
            before = self._failed.pop(place, Failures())
            again = bool(what) and what in before.tried
            if not again:
                tried = (*before.tried, what)[-ALLOWED:]
                before = Failures(count=before.count + 1, last=now, tried=tried)
                self._recent.append(now)
            self._failed[place] = before
            while len(self._failed) > REMEMBERED:
                self._failed.popitem(last=False)
            return 0 if again else before.count

    def passed(self, place: str, what: str) -> None:
        """A token was good: from this place it goes on being looked at while others have to wait."""
        with self._lock:
            self._good[counted(place), what] = None
            self._good.move_to_end((counted(place), what))
            while len(self._good) > REMEMBERED:
                self._good.popitem(last=False)

    def has_passed(self, place: str, what: str) -> bool:
        """Whether this token was good from this place before."""
        return (counted(place), what) in self._good

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


def pause_s(place: str) -> float:
    """How long a place has to wait."""
    try:
        return PAUSE_HERE_S if ipaddress.ip_address(place.partition("/")[0]).is_loopback else PAUSE_S
    except ValueError:
        return PAUSE_S


def counted(place: str) -> str:
    """The place whose failures count together: an address, of IPv6 its network."""
    try:
        address = ipaddress.ip_address(place)
    except ValueError:
        return place
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((int(address), NETWORK_V6), strict=False))
    return place
