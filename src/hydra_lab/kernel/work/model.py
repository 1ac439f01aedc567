"""A work item and what holds it: the shapes the queue speaks in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from pydantic import Field

from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.policy.model import Actor


class State(StrEnum):
    """Where an item is. ``held`` says nothing alone: its holds say what it waits for."""

    HELD = "held"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to the item unless a person asks."""
        return self in (State.DONE, State.FAILED, State.CANCELLED)


class HoldKind(StrEnum):
    """Why an item waits; the order is the order in which reasons are told."""

    PLAN = "plan"
    APPROVAL = "approval"
    REQUIREMENT = "requirement"
    DEPENDENCY = "dependency"
    PAUSED = "paused"
    RETRY = "retry"
    NOT_BEFORE = "not_before"
    WINDOW = "window"
    RESOURCE = "resource"
    BUDGET = "budget"


class Priority(StrEnum):
    """Urgency classes, most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Rank(IntEnum):
    """Priorities as numbers that sort: 0 runs first."""

    CRITICAL = 0
    HIGH = 1
    MEDIUM = 2
    LOW = 3


class Hold(Output):
    """One reason an item waits. ``unblock`` says what would release it; ``due`` when, where that is known."""

    kind: HoldKind
    detail: str
    unblock: str
    since: datetime
    checked_at: datetime
    due: datetime | None = None
    ref: str | None = Field(default=None, description="What it waits for: an integration, an item, an approval's id")
    data: dict[str, Any] = Field(default_factory=dict)


class Progress(Output):
    """How far running work is; ``fraction`` from 0 to 1, ``None`` where unknown."""

    fraction: float | None
    message: str


class Artifact(Output):
    """A file that work produced. ``size`` in bytes."""

    name: str
    media_type: str
    size: int
    url: str
    sha256: str


class ItemError(Output):
    """Why an item failed, or what its last attempt ran into."""

    code: str
    detail: str
    fix: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class Item(Output):
    """An operation with an input, waiting for its turn, running, or over."""

    id: str
    title: str
    operation: str | None
    input: dict[str, Any]
    section: str | None = None
    tier: int | None = None
    phase: str | None = None
    priority: Priority
    effort_minutes: int | None = None
    impact: str | None = None
    state: State
    holds: list[Hold] = Field(default_factory=list)
    progress: Progress | None = None
    attempts: int = Field(default=0, description="How many times it was started")
    result: Any = None
    error: ItemError | None = None
    artifacts: list[Artifact] = Field(default_factory=list)
    lane: str = "default"
    window: str | None = None
    not_before: datetime | None = None
    deadline: datetime | None = None
    depends_on: list[str] = Field(default_factory=list)
    key: str | None = None
    origin: dict[str, Any] | None = Field(default=None, description="The document or schedule it came from")
    created_at: datetime
    ready_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    created_by: str
    cause: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewHold:
    """A hold to be put on an item."""

    kind: HoldKind
    detail: str
    unblock: str
    due: datetime | None = None
    ref: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NewItem:
    """Everything that can be said of work when it is added.

    ``operation`` is ``None`` exactly while a ``plan`` hold in ``holds`` names what is missing. ``finished`` records
    work that was reported as complete elsewhere: it becomes ``done`` with that result and never runs.
    """

    actor: Actor
    operation: str | None
    input: dict[str, Any] = field(default_factory=dict)
    title: str | None = None
    priority: Priority = Priority.MEDIUM
    tier: int | None = None
    phase: str | None = None
    section: str | None = None
    effort_minutes: int | None = None
    impact: str | None = None
    lane: str | None = None
    key: str | None = None
    window: str | None = None
    not_before: datetime | None = None
    deadline: datetime | None = None
    depends_on: tuple[str, ...] = ()
    holds: tuple[NewHold, ...] = ()
    origin: dict[str, Any] | None = None
    finished: dict[str, Any] | None = None
    cause: int | None = None
    confirmed: bool = False
    ask_first: str | None = None  # a reason to ask a person first, whatever policy says (it can only tighten)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One checkpoint of a durable body, as recorded by the engine."""

    number: int
    name: str
    state: str  # done, failed, running
    attempt: int
    started_at: datetime | None = None
    finished_at: datetime | None = None
    output: Any = None
    error: str | None = None

    @property
    def is_for_replay(self) -> bool:
        """Whether it only keeps the time, an id or chance, so that a replay sees what the first run saw."""
        return self.name.startswith("context.")
