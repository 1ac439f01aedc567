"""A backlog as Hydra reads it: the document, its tiers, items, phases and what it asks a person for."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """What the document itself says about an item."""

    OPEN = "open"
    COMPLETE = "complete"  # ✅ in the heading
    IMPLEMENTED = "implemented"  # only its Status field says so
    BLOCKED = "blocked"  # Priority or Status says BLOCKED (needs …)
    SHELVED = "shelved"  # Status says CANCELLED, DEFERRED and the like, or the heading is struck through


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A line Hydra did not understand: kept in the document, acted on by nobody. ``why`` is for a person."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Tier:
    """``## TIER 2: FEATURE ENHANCEMENTS (Can Build Autonomously)``; ``note`` is what stands in the brackets."""

    number: int
    title: str
    note: str | None
    line: int


@dataclass(frozen=True, kw_only=True)
class Route:
    """An HTTP call the document names: of a Command or Endpoints field. ``text`` is what is said about it."""

    method: str
    path: str
    text: str = ""
    body: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class RunField:
    """A ``**Run:**`` field: the operation to run and its input; ``problem`` says why it cannot be read."""

    operation: str
    input: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item of the document.

    ``key`` names it within its document: its section, ``1.1#2`` for a repeated number, ``~title`` where it has none.
    ``line`` is its heading's number and ``end`` its last line's, both counted from 1. Unknown values are ``None``.
    """

    key: str
    section: str | None
    title: str
    tier: int | None
    line: int
    end: int
    heading: str
    status: Status = Status.OPEN
    status_text: str | None = None
    blocked_on: str | None = None
    priority: str | None = None
    effort_minutes: int | None = None
    effort_text: str | None = None
    impact: str | None = None
    problem: str | None = None
    location: str | None = None
    task: str | None = None
    tasks: tuple[str, ...] = ()
    topic: str | None = None
    command: str | None = None
    endpoints: tuple[Route, ...] = ()
    run: RunField | None = None
    window: str | None = None
    completed: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    phase: str | None = None
    asks: str | None = None  # the line of the "requires user input" list that names it

    @property
    def reported_done(self) -> bool:
        """Whether the document says that this was done."""
        return self.status in (Status.COMPLETE, Status.IMPLEMENTED)

    @property
    def wording(self) -> str:
        """Everything it says it is about, for matching by words; never more than 8,000 characters."""
        parts = (self.title, self.topic, self.task, *self.tasks[:50], self.problem, self.location)
        return "\n".join(part[:1000] for part in parts if part)[:8000]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A line of a phase; ``key`` is the item it means, ``None`` when none or several would fit."""

    text: str
    line: int
    key: str | None


@dataclass(frozen=True, kw_only=True)
class Phase:
    """``### Phase A: Immediate Fixes (Next 2 hours)``; ``hours`` is what stands in the brackets, as written."""

    letter: str
    title: str
    hours: str | None
    line: int
    steps: tuple[Step, ...] = ()

    @property
    def window(self) -> str | None:
        """``overnight`` for a phase that is to be done at night."""
        return "overnight" if "night" in (self.hours or "").lower() else None


@dataclass(frozen=True, kw_only=True)
class InputRule:
    """A line of the lists "without user input" and "requires user input", and which items it names.

    ``floor`` is the built-in rule of policy that says the same, ``requirement`` the integration whose configuration
    is the input that is wanted.
    """

    text: str
    line: int
    keys: tuple[str, ...] = ()
    floor: str | None = None
    requirement: str | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole backlog, read. ``facts`` are its tables' rows and ``Name: value`` headings."""

    title: str | None
    entries: tuple[Entry, ...]
    tiers: tuple[Tier, ...] = ()
    phases: tuple[Phase, ...] = ()
    without_input: tuple[InputRule, ...] = ()
    requires_input: tuple[InputRule, ...] = ()
    protocol: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    def phase_of(self, entry: Entry) -> Phase | None:
        """The first phase that has the item among its steps."""
        return next((phase for phase in self.phases if phase.letter == entry.phase), None)
