"""Which backups are kept: the newest, one a day, and some of the weeks before, within the number that was set."""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

Backup = tuple[str, datetime]  # its name, and when it was made


def kept(backups: Sequence[Backup], keep: int, zone: ZoneInfo) -> set[str]:
    """The names to keep: at most ``keep``, always the newest.

    A quarter of the places (rounded down) goes to weeks that the days do not reach, the newest of each; the rest to
    days, the newest of each; and what is then left to whatever else is newest. So a busy afternoon does not push last
    week out.
    """
    newest = sorted(backups, key=lambda one: (one[1], one[0]), reverse=True)
    by_day = first_of_each(newest, lambda at: at.astimezone(zone).date())
    chosen = by_day[: max(1, keep - keep // 4)]
    weeks = {week_of(at, zone) for _, at in chosen}
    older = [one for one in newest if week_of(one[1], zone) not in weeks]
    chosen += first_of_each(older, lambda at: week_of(at, zone))[: keep - len(chosen)]
    chosen += [one for one in newest if one not in chosen][: keep - len(chosen)]
    return {name for name, _ in chosen[:keep]}


def week_of(at: datetime, zone: ZoneInfo) -> tuple[int, int]:
    """The calendar week of a time, as ISO 8601 numbers them."""
    year, week, _ = at.astimezone(zone).isocalendar()
    return year, week


def first_of_each(backups: list[Backup], period: Callable[[datetime], Hashable]) -> list[Backup]:
    """The newest backup of each period, newest first; ``backups`` are in that order."""
    found: dict[Hashable, Backup] = {}
    for one in backups:
        found.setdefault(period(one[1]), one)
    return list(found.values())
