"""The troubleshooting guide as Markdown: each problem that really occurred, and what was seen to fix it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hydra_lab.areas.docs.incidents import Problem
from hydra_lab.areas.docs.reference.markdown import cell, count, line, table

MOST = 200


def guide(found: list[Problem], *, since: datetime | None, until: datetime, events: int) -> str:
    """The whole guide. ``events`` is how many journal entries were read, so that silence can be told from blindness."""
    return "\n".join(_lines(found, since, until, events)).rstrip() + "\n"


def _lines(found: list[Problem], since: datetime | None, until: datetime, events: int) -> Iterator[str]:
    yield from ("# Troubleshooting", "")
    span = f"{since:%Y-%m-%d} to {until:%Y-%m-%d}" if since else f"the beginning to {until:%Y-%m-%d}"
    total = sum(len(one.incidents) for one in found)
    yield (
        f"Made from the journal, {span}: {count(events, 'entry').replace('entrys', 'entries')} read, "
        f"{count(total, 'incident')} of {count(len(found), 'problem')}."
    )
    yield ""
    if not found:
        yield "No failure was recorded in that time."
        return
    rows = (
        (
            str(len(one.incidents)),
            f"`{one.what}`",
            cell(one.code),
            cell(_short(one.detail)),
            f"{one.last:%Y-%m-%d %H:%M}",
        )
        for one in found[:MOST]
    )
    yield from table(("times", "what", "error", "what it said", "last (UTC)"), rows)
    if len(found) > MOST:
        yield from ("", f"{len(found) - MOST} rarer problems are left out.")
    for one in found[:MOST]:
        yield from _problem(one)


def _problem(one: Problem) -> Iterator[str]:
    yield from ("", f"## {line(one.what)}: {line(_short(one.detail, 80))}", "")
    yield f"**What happened:** {cell(one.detail)} (`{one.code}`)"
    yield ""
    first = one.incidents[0].at
    span = f"first {first:%Y-%m-%d %H:%M}, last {one.last:%Y-%m-%d %H:%M}"
    yield f"**How often:** {count(len(one.incidents), 'time')}, {span}; {one.open} without a later success."
    yield ""
    if one.fix:
        yield from (f"**What the error advises:** {cell(one.fix)}", "")
    if one.fixes:
        yield f"**What fixed it** (working again after {_duration(one.usual_time)} in the median):"
        yield ""
        yield from (f"- {cell(words)} ({count(times, 'time')})" for words, times in one.fixes.items())
    else:
        yield "**What fixed it:** nothing yet; no later success is recorded."
    titles = list(dict.fromkeys(line(incident.title) for incident in one.incidents if incident.item))
    if titles:
        yield from ("", f"**Seen in:** {'; '.join(titles[:5])}{'; …' if len(titles) > 5 else ''}")


def _short(text: str, most: int = 120) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _duration(took: timedelta | None) -> str:
    if took is None:
        return "an unknown time"
    seconds = took.total_seconds()
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"
