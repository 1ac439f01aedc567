"""When a pause or another mode ends, as a person says it: 18:00, for 2 hours, tomorrow 07:00."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hydra_lab.kernel.errors import Invalid

SPAN = re.compile(
    r"^(?:for )?(?:(?P<d>\d+(?:\.\d+)?) ?(?:days?|d))? ?(?:(?P<h>\d+(?:\.\d+)?) ?(?:hours?|h))?"
    r" ?(?:(?P<m>\d+) ?(?:minutes?|min|m))?$"
)
CLOCK = re.compile(
    r"^(?:until )?(?:(?P<day>today|tomorrow|[a-z]{3,9}) )?(?:at )?(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?$"
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIX = "Write 18:00, for 2 hours, tomorrow 07:00, friday 9:00, or a date and time such as 2026-01-02T07:00."


def end_of(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant that a text means, in UTC. A time of day without a day is the next one.

    Raises ``Invalid`` for what cannot be read, and for what is over already.
    """
    words = " ".join(text.lower().split())
    found = by_span(words, now) or by_clock(words, now, zone) or by_date(text.strip(), zone)
    if found is None:
        raise refused(f"“{text[:80]}” says no end.", "is no time")
    if found <= now:
        raise refused("It would be over already.", "is in the past")
    return found


def refused(detail: str, problem: str) -> Invalid:
    """What is wrong with an end, told at its field."""
    return Invalid(detail, problems=[{"field": "until", "problem": problem}], fix=FIX)


def by_span(words: str, now: datetime) -> datetime | None:
    """``for 2 hours``, ``90m``, ``1 day 12 h``."""
    match = SPAN.match(words)
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes = (float(match[unit] or 0) for unit in "dhm")
    try:
        return now + timedelta(days=days, hours=hours, minutes=minutes)
    except OverflowError:
        return None


def by_clock(words: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """``18:00``, ``until 18:00``, ``tomorrow 07:00``, ``friday 9``."""
    match = CLOCK.match(words)
    if match is None or (match["minute"] is None and not words.startswith("until ") and match["day"] is None):
        return None
    local = now.astimezone(zone)
    named = match["day"]
    weekday = next((number for number, day in enumerate(WEEKDAYS) if named and day.startswith(named)), None)
    if named and weekday is None and named not in ("today", "tomorrow"):
        return None
    try:
        at = time(int(match["hour"]), int(match["minute"] or 0))
    except ValueError:
        return None
    ahead = 1 if named == "tomorrow" else 0 if weekday is None else (weekday - local.weekday()) % 7
    found = datetime.combine(local.date() + timedelta(days=ahead), at, tzinfo=zone).astimezone(UTC)
    if found > now or named in ("today", "tomorrow"):
        return found
    later = timedelta(days=1 if weekday is None else 7)
    return datetime.combine(local.date() + later, at, tzinfo=zone).astimezone(UTC)


def by_date(text: str, zone: ZoneInfo) -> datetime | None:
    """``2026-01-02T07:00``, in the lab's zone unless it says another; ``2026-01-02 07:00+01:00``."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
