"""A schedule, and the arithmetic of its cron line."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Output

FIELDS_FIX = "Five fields: minute hour day month weekday, e.g. `0 3 * * *` for every night at 03:00."


class Schedule(Output):
    """Recurring work. ``missed`` counts firings folded into one because Hydra was not running or the last was open."""

    id: str
    title: str
    operation: str
    input: dict[str, Any]
    cron: str
    time_zone: str
    options: dict[str, Any]
    paused: bool
    next_at: datetime | None
    last_at: datetime | None
    last_item: str | None
    missed: int
    actor: dict[str, Any]
    created_at: datetime


def checked(cron: str, time_zone: str) -> None:
    """Raise ``Invalid`` for a cron line or zone that is none."""
    problems = []
    if len(cron.split()) != 5 or not croniter.is_valid(cron):
        problems.append({"field": "cron", "problem": f"“{cron[:80]}” is no cron line"})
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append({"field": "time_zone", "problem": f"“{time_zone[:80]}” is no IANA time zone"})
    if problems:
        raise Invalid("The schedule cannot be read.", problems=problems, fix=FIELDS_FIX)


def next_after(cron: str, time_zone: str, after: datetime) -> datetime:
    """The first firing after an instant.

    A time that spring skips fires at the change; one that autumn repeats fires once. What fires every hour (or
    every few) also does so in the hour that comes twice.
    """
    zone = ZoneInfo(time_zone)
    every_hour = cron.split()[1].startswith("*")
    try:
        firings = croniter(cron, after.astimezone(zone))
        while True:
            found: datetime = firings.get_next(datetime).astimezone(UTC)
            if every_hour or not found.astimezone(zone).fold:
                return found
    except CroniterError as error:
        raise Invalid(f"“{cron}” never fires.", fix=FIELDS_FIX) from error


def upcoming(cron: str, time_zone: str, after: datetime, count: int) -> list[datetime]:
    """The next firings after an instant."""
    found: list[datetime] = []
    while len(found) < count:
        found.append(next_after(cron, time_zone, found[-1] if found else after))
    return found


def firings_between(cron: str, time_zone: str, first: datetime, now: datetime, most: int = 1000) -> int:
    """How many firings there were from ``first`` to ``now``, both included; counting stops at ``most``."""
    count, at = 0, first
    while at <= now and count < most:
        count += 1
        at = next_after(cron, time_zone, at)
    return count
