"""What an import does, line by line: added, changed and removed items, and every line that was not understood."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hydra_lab.areas.backlog.intake.decide import Decided, Decision, Plans
from hydra_lab.areas.backlog.intake.merge import Fate, told
from hydra_lab.areas.backlog.model import Document

LONGEST = 500  # characters of a line or a reason that are kept with a report; the document has all of it
# What of an entry is told by its values, and what is named otherwise; a length in minutes is told by its words.
PLAIN = ("priority", "tier", "section", "effort_text", "phase", "blocked_on", "window", "status", "location")
NAMES = {"facts": "other fields", "asks": "asks first", "effort_text": "effort", "status_text": "status field"}
NOT_NAMED = ("effort_minutes",)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an import did or would do: numbers, and the lists ``unread``, ``added``, ``changed`` and ``gone``."""

    counts: dict[str, int]
    lists: dict[str, list[dict[str, Any]]]


def report_on(plans: Plans, decided: Decided) -> Report:
    """What was decided, as it is shown."""
    document = plans.making.document
    lists = {
        "unread": list(unread(document)),
        "added": [added(plans, one) for one in decided.decisions if one.known is None],
        "changed": [changed(one) for one in decided.decisions if one.word == "updated"],
        "gone": [
            {"section": one.known.section, "title": one.known.title, "item": one.known.item, "cancelled": one.cancelled}
            for one in decided.gone
        ],
    }
    return Report(counts={**decided.counts(), "unread": len(document.unread)}, lists=lists)


def unread(document: Document) -> Iterator[dict[str, Any]]:
    """The lines that were not understood."""
    for one in document.unread:
        yield {"line": one.line, "text": one.text[:LONGEST], "why": one.why[:LONGEST]}


def about(one: Decision) -> dict[str, Any]:
    """Which entry is meant."""
    return {"line": one.entry.line, "section": one.entry.section, "title": one.entry.title[:LONGEST]}


def added(plans: Plans, one: Decision) -> dict[str, Any]:
    """A new entry, with what is to be done for it or why that is not known."""
    plan = plans.of(one.entry)
    words = plan.because if plan.operation or one.entry.reported_done else plan.holds[0].detail
    return {**about(one), "operation": plan.operation, "words": words[:LONGEST], "done": one.entry.reported_done}


def changed(one: Decision) -> dict[str, Any]:
    """An entry that was edited, with what was and what that does to its item."""
    before, now = one.known.told if one.known else {}, told(one.entry)
    names = [name for name in dict.fromkeys([*before, *now]) if before.get(name) != now.get(name)] if before else []
    return {**about(one), "fate": effect_of(one), "what": list(differences(before, now, names))}


def differences(before: dict[str, Any], now: dict[str, Any], names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What was edited: its name, and its values where they are short enough to be shown."""
    for name in names:
        if name in NOT_NAMED:
            continue
        old, new = before.get(name), now.get(name)
        yield {"name": NAMES.get(name, name.replace("_", " ")), **({"old": old, "new": new} if name in PLAIN else {})}


def effect_of(one: Decision) -> str:
    """What the edit does to the work item."""
    match one.fate:
        case Fate.REVISE:
            return "its work is brought in line"
        case Fate.CONCLUDE:
            return "the document now reports it as complete; it will not run"
        case Fate.REPLACE:
            return "a new item takes its place"
        case _:
            return "it runs now, and is looked at again next time" if one.runs else "its work stays as it is"
