"""What maintenance found, as Markdown kept with its work item."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from hydra_lab.areas.maintenance.disks import Disk, Unread, gib
from hydra_lab.areas.maintenance.model import CheckSeen


def disks_report(disks: Sequence[Disk], unread: Sequence[Unread], at: datetime) -> str:
    """Every file system in a table, the fullest first."""
    return "\n".join(_disks(disks, unread, at)) + "\n"


def _disks(disks: Sequence[Disk], unread: Sequence[Unread], at: datetime) -> Iterator[str]:
    yield from ("# Disks", "", f"Measured {at:%Y-%m-%d %H:%M} UTC.", "")
    yield from (
        "| mount | kind | size | free | used | since last time | a day | full in |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    )
    for one in sorted(disks, key=lambda disk: -disk.used_percent):
        grew = "not known" if one.grew_since_last is None else _signed(one.grew_since_last)
        rate = "not known" if one.bytes_per_day is None else _signed(one.bytes_per_day)
        full = "not known" if one.days_until_full is None else f"{one.days_until_full:,.0f} days"
        cells = (one.mount, one.kind, gib(one.total), gib(one.free), f"{one.used_percent:g} %", grew, rate, full)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""
    yield from (f"- {one.mount}: {one.unknown_because}." for one in disks if one.unknown_because)
    yield from (f"- {one.mount} could not be measured: {one.problem}." for one in unread)


def _signed(size: float) -> str:
    return f"{'+' if size >= 0 else '−'}{gib(abs(size))}"


def health_report(checks: Sequence[CheckSeen]) -> str:
    """Every check with what to do about it."""
    lines = ["# Health", "", "| check | status | what it saw | what to do |", "|---|---|---|---|"]
    for one in checks:
        cells = (one.title, one.status, one.detail, one.fix or "")
        lines.append(f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"
