"""Backlogs as they are shown: what was read, what became of it, and what was not understood."""

from datetime import datetime
from typing import Any

from pydantic import Field

from hydra_lab.areas.backlog.intake.decide import Plans
from hydra_lab.areas.backlog.intake.report import Report
from hydra_lab.areas.backlog.model import Document, Entry, InputRule, Phase
from hydra_lab.kernel.operation import Output

UNREAD_SHOWN = 2_000


class UnreadLine(Output):
    """A line that was not understood; nobody acts on it, and it stays in the document."""

    line: int
    text: str
    why: str


class ImportReport(Output):
    """What an import did."""

    backlog: str
    created: int
    updated: int
    unchanged: int
    cancelled: int = Field(description="Items that the new text lacks and that never ran")
    kept: int = Field(description="Items that the new text lacks and that ran")
    unread: list[UnreadLine] = Field(description="Lines that were not understood, 2,000 at most")
    unread_total: int


class Preview(ImportReport):
    """What an import would do. `draft` names the document for `backlog confirm`, for a day."""

    draft: str


class Summary(Output):
    """One backlog among others."""

    name: str
    title: str | None
    items: int
    done: int
    states: dict[str, int] = Field(description="How many items are in which state")
    reported_done: int = Field(description="Of the done ones, those that only the document reports as complete")
    imported_at: datetime
    imported_by: str


class Summaries(Output):
    """All backlogs."""

    backlogs: list[Summary]


class StepShown(Output):
    """A line of a phase and the item it means."""

    text: str
    line: int
    key: str | None


class PhaseShown(Output):
    """A phase of the execution order."""

    letter: str
    title: str
    hours: str | None
    steps: list[StepShown]


class TierShown(Output):
    """A tier."""

    number: int
    title: str
    note: str | None


class RuleShown(Output):
    """A line of the lists about user input: the items it names, or the built-in rule of policy that says the same."""

    text: str
    line: int
    keys: list[str]
    floor: str | None


class EntryShown(Output):
    """One item of the document with the work item it is."""

    key: str
    section: str | None
    title: str
    tier: int | None
    phase: str | None
    line: int
    status: str
    status_text: str | None
    blocked_on: str | None
    priority: str | None
    effort: str | None
    effort_minutes: int | None
    impact: str | None
    problem: str | None
    location: str | None
    task: str | None
    tasks: list[str]
    topic: str | None
    command: str | None
    endpoints: list[str]
    completed: list[str]
    notes: list[str]
    requires_input: str | None
    item: str | None
    state: str | None = Field(description="The work item's state; unknown once it was pruned")
    operation: str | None
    because: str | None = Field(description="Why this operation does what the item asks")


class BacklogShown(Summary):
    """One backlog with everything that was read from it."""

    facts: list[tuple[str, str]]
    tiers: list[TierShown]
    phases: list[PhaseShown]
    without_input: list[RuleShown]
    requires_input: list[RuleShown]
    protocol: list[str]
    entries: list[EntryShown]
    unread: list[UnreadLine]
    unread_total: int


def import_report(plans: Plans, done: Report) -> ImportReport:
    """What an import did."""
    return ImportReport(**reported(plans, done))


def reported(plans: Plans, done: Report) -> dict[str, Any]:
    """The numbers of an import and the lines it did not understand, as many as an answer carries."""
    document, backlog = plans.making.document, plans.making.backlog
    counts = {name: number for name, number in done.counts.items() if name != "unread"}
    return {"backlog": backlog, **counts, "unread": unread_lines(document), "unread_total": len(document.unread)}


def unread_lines(document: Document) -> list[UnreadLine]:
    """The lines that were not understood, as many as an answer carries."""
    return [UnreadLine(line=one.line, text=one.text[:500], why=one.why[:500]) for one in document.unread[:UNREAD_SHOWN]]


def phase_shown(phase: Phase) -> PhaseShown:
    """A phase."""
    steps = [StepShown(text=step.text, line=step.line, key=step.key) for step in phase.steps]
    return PhaseShown(letter=phase.letter, title=phase.title, hours=phase.hours, steps=steps)


def rule_shown(rule: InputRule) -> RuleShown:
    """A line of the lists about user input."""
    return RuleShown(text=rule.text, line=rule.line, keys=list(rule.keys), floor=rule.floor)


def entry_shown(entry: Entry, item: str | None, state: str | None, planned: dict[str, Any]) -> EntryShown:
    """An entry with what became of it."""
    return EntryShown(
        **{name: getattr(entry, name) for name in ("key", "section", "title", "tier", "phase", "line", "status_text",
           "blocked_on", "priority", "effort_minutes", "impact", "problem", "location", "task", "topic", "command")},
        status=entry.status.value, effort=entry.effort_text, tasks=list(entry.tasks), completed=list(entry.completed),
        notes=list(entry.notes), requires_input=entry.asks, item=item, state=state,
        endpoints=[f"{one.method} {one.path}" + (f" - {one.text}" if one.text else "") for one in entry.endpoints],
        operation=planned.get("operation"), because=planned.get("because"),
    )  # fmt: skip
