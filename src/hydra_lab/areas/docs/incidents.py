"""Incidents: what went wrong, how often, and what was seen to fix it, read from the journal."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hydra_lab.kernel.journal.model import Event

# Things people do that may have been the fix of whatever was broken at the time.
REPAIRS = ("settings", "integrations", "policy", "control", "secrets")
BACK = ("back", "found", "recovered")


@dataclass(kw_only=True)
class Incident:
    """One failure, from when it was seen until the same thing worked again; ``ended`` is ``None`` if it never did."""

    at: datetime
    item: str | None
    title: str
    ended: datetime | None = None
    acts: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Problem:
    """Incidents of one kind: the same operation, the same error, the same words but for numbers and ids."""

    what: str
    code: str
    detail: str
    fix: str | None
    incidents: list[Incident] = field(default_factory=list)

    @property
    def last(self) -> datetime:
        """When it was last seen."""
        return self.incidents[-1].at

    @property
    def open(self) -> int:
        """How many incidents have no later success."""
        return sum(one.ended is None for one in self.incidents)

    @property
    def fixes(self) -> dict[str, int]:
        """What came between failure and success, in words, and how often; most often first."""
        counted: dict[str, int] = {}
        for one in self.incidents:
            if one.ended is not None:
                words = ", then ".join(dict.fromkeys(one.acts)) or "nothing a person did: it worked on a later try"
                counted[words] = counted.get(words, 0) + 1
        return dict(sorted(counted.items(), key=lambda pair: -pair[1]))

    @property
    def usual_time(self) -> timedelta | None:
        """The median time until it worked again; ``None`` while it never has."""
        took = sorted(one.ended - one.at for one in self.incidents if one.ended is not None)
        return took[len(took) // 2] if took else None


def problems(events: Iterable[Event]) -> list[Problem]:
    """Every problem in journal entries given oldest first; the most frequent first, then the most recent."""
    found: dict[tuple[str, str, str], Problem] = {}
    open_: list[tuple[str, Incident]] = []
    for event in events:
        if told := _failure(event):
            what, error = told
            incident = Incident(at=event.at, item=event.item, title=event.subject or what)
            _keep(found, what, error, incident)
            # One item that fails again and again is open once for each time; all end with the success.
            open_.append((what, incident))
        elif ended := _success(event):
            for what, incident in open_:
                if (incident.item and incident.item == event.item) or what == ended:
                    incident.ended = event.at
            open_ = [pair for pair in open_ if pair[1].ended is None]
        elif event.actor == "person" and (act := _act(event)):
            for _, incident in open_:
                if event.item in (None, incident.item):
                    incident.acts.append(act)
    return sorted(found.values(), key=lambda one: (-len(one.incidents), -one.last.timestamp()))


def _keep(found: dict[tuple[str, str, str], Problem], what: str, error: dict[str, Any], incident: Incident) -> None:
    code, detail = str(error.get("code") or "error"), str(error.get("detail") or "no detail was kept")
    key = (what, code, pattern(detail))
    known = found.setdefault(key, Problem(what=what, code=code, detail=detail, fix=None))
    known.detail, known.fix = detail, error.get("fix") or known.fix
    known.incidents.append(incident)


def _failure(event: Event) -> tuple[str, dict[str, Any]] | None:
    """``(what failed, error)`` of an entry that tells of one: failed or held with an error, or a source lost."""
    error = event.data.get("error")
    if event.name in ("items.failed", "items.held", "operations.failed", "schedules.refused"):
        what = str(event.data.get("operation") or event.subject or event.name)
        return (what, error) if isinstance(error, dict) else None
    if event.name.endswith(".lost"):
        said = {"code": "lost", "detail": event.data.get("detail") or f"{event.subject or event.topic} was lost."}
        return str(event.subject or event.topic), {**said, **(error if isinstance(error, dict) else {})}
    return None


def _success(event: Event) -> str | None:
    """What worked, in the words of ``_failure``."""
    if event.name in ("items.done", "operations.done"):
        return str(event.data.get("operation") or event.subject or "")
    if event.name.rpartition(".")[2] in BACK:
        return str(event.subject or event.topic)
    return None


def _act(event: Event) -> str | None:
    """What a person did, in words; ``None`` for what cannot have fixed anything."""
    subject = f" ({event.subject})" if event.subject and event.topic != "items" else ""
    if event.topic in ("items", "approvals"):
        return f"a person: {event.name}"
    called = str(event.data.get("operation") or "")
    if event.name == "operations.called":
        # What the call did to the item or the setting says so in an entry of its own.
        return None if called.partition(".")[0] not in REPAIRS else f"a person: {called}{subject}"
    return f"a person: {event.name}{subject}" if event.topic in REPAIRS else None


def pattern(detail: str) -> str:
    """A sentence without what differs from one time to the next: ids, numbers, quoted values."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27,}|0x[0-9a-f]+|\d+(\.\d+)?", "#", detail.lower())
    text = re.sub(r"it was tried # times\.?", "", text)
    return " ".join(text.split())
