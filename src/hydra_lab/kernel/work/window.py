"""Time windows such as ``overnight`` or ``22:00-07:00``, right across changes of daylight saving time."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hydra_lab.kernel.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATTERN = re.compile(r"^(?:(?P<days>[a-z,-]+)\s+)?(?P<start>\d{1,2}:\d{2})-(?P<end>\d{1,2}:\d{2})$")
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, kw_only=True)
class Window:
    """Wall-clock hours in which work may start; with ``end`` before ``start`` it crosses midnight.

    ``days`` are the weekdays it opens on, Monday 0.
    """

    start: time
    end: time
    days: frozenset[int] = EVERY_DAY


def parse_window(text: str, overnight: str = "22:00-07:00") -> Window:
    """``overnight``, ``22:00-07:00`` or ``sat,sun 09:00-18:00``; also ``mon-fri``. Raises ``Invalid``."""
    spoken = text.strip().lower()
    match = PATTERN.match(overnight if spoken == "overnight" else spoken)
    try:
        if match is None:
            raise ValueError(text)
        start, end = (time.fromisoformat(match[part].zfill(5)) for part in ("start", "end"))
        days = parse_days(match["days"])
        if start == end:
            raise ValueError(text)
    except ValueError as error:
        raise Invalid(
            f"“{text[:80]}” is not a time window.",
            fix="Write `overnight`, `22:00-07:00`, or days and hours: `sat,sun 09:00-18:00`.",
            problems=[{"field": "window", "problem": "not a time window"}],
        ) from error
    return Window(start=start, end=end, days=days)


def parse_days(text: str | None) -> frozenset[int]:
    """``mon,wed`` or ``mon-fri`` as weekday numbers, Monday 0. Raises ``ValueError``."""
    if not text:
        return EVERY_DAY
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        begin, finish = DAYS.index(first), DAYS.index(last or first)
        days |= {day % 7 for day in range(begin, finish + 1 if finish >= begin else finish + 8)}
    return frozenset(days)


def instant(day: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall-clock time on a day in a zone.

    A time that spring skips is taken as the moment the clock jumped past it; a time that autumn repeats as its first.
    """
    local = datetime.combine(day.date(), at, tzinfo=zone)
    back = local.astimezone(UTC).astimezone(zone)
    if back.replace(tzinfo=None) != local.replace(tzinfo=None):
        # In the gap: fold 0 reads it with the offset before the change, so the change itself lies between the two.
        low, high = sorted((local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)))
        return jump_between(low, high, zone)
    return local.astimezone(UTC)


def jump_between(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The instant within ``low`` to ``high`` at which the zone's offset changes, to the minute."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(second=0, microsecond=0)


def spans(window: Window, now: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The window's openings around ``now``: from yesterday's to one at least a week ahead, as UTC instants."""
    today = now.astimezone(zone)
    found: list[tuple[datetime, datetime]] = []
    for offset in range(-1, 9):
        day = datetime.combine(today.date() + timedelta(days=offset), time(12), tzinfo=zone)
        if day.weekday() in window.days:
            close_day = day + timedelta(days=1) if window.end <= window.start else day
            found.append((instant(day, window.start, zone), instant(close_day, window.end, zone)))
    return found


def opens_at(window: Window, now: datetime, zone: ZoneInfo) -> datetime | None:
    """``None`` while the window is open, else the UTC instant it opens next."""
    upcoming: list[datetime] = []
    for start, end in spans(window, now, zone):
        if start <= now < end:
            return None
        if start > now and start < end:
            upcoming.append(start)
    return min(upcoming)


def closes_at(window: Window, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The UTC instant an open window closes, ``None`` while it is closed."""
    return next((end for start, end in spans(window, now, zone) if start <= now < end), None)
