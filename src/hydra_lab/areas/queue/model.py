"""What can be asked of the queue: new work, filters, and the answers' shapes."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime, Field, field_validator

from hydra_lab.kernel.operation import Input, Output
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.work import HoldKind, Item, NewItem, Priority
from hydra_lab.kernel.work.window import parse_window

LIMIT = 500


class NewWork(Input):
    """One piece of work: an operation with its input, and when and in which order it may run."""

    carries_work: ClassVar[bool] = True
    operation: str = Field(description="Which operation, e.g. `maintenance.run`; `hydra operations list` shows all")
    input: dict[str, Any] = Field(default_factory=dict, description="The operation's own input")
    title: str | None = Field(default=None, max_length=300, description="What a person reads; default: what it does")
    priority: Priority = Field(default=Priority.MEDIUM, description="Urgency; waiting work rises by itself")
    tier: int | None = Field(default=None, ge=0, le=999, description="Sorts after priority and phase; lower first")
    window: str | None = Field(
        default=None, description="Hours in which it may start: `overnight`, `22:00-07:00`, `sat,sun 09:00-18:00`"
    )
    not_before: AwareDatetime | None = Field(default=None, description="Earliest start, with a time zone")
    deadline: AwareDatetime | None = Field(default=None, description="If not started by then, it fails and says so")
    depends_on: tuple[str, ...] = Field(
        default=(),
        max_length=100,
        description="Items to wait for: ids, six or more characters of an id's beginning or end, or keys",
    )
    lane: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]{1,64}$", description="Where it runs")
    key: str | None = Field(default=None, max_length=200, description="The same key is never added twice")

    @field_validator("window")
    @classmethod
    def readable(cls, value: str | None) -> str | None:
        """Refuse a window that cannot be read, at the door."""
        if value is not None:
            try:
                parse_window(value)
            except Exception as error:
                raise ValueError(str(error)) from error
        return value

    def new(self, actor: Actor, cause: int | None) -> NewItem:
        """As the kernel takes it."""
        return NewItem(actor=actor, cause=cause, **{name: getattr(self, name) for name in type(self).model_fields})


class Batch(Input):
    """Several pieces of work, added together or not at all."""

    items: tuple[NewWork, ...] = Field(min_length=1, max_length=1000)


class Added(Output):
    """What a batch became; a repeated key gives the item that has it."""

    items: list[Item]
    created: int


class Wanted(Input):
    """Which items to show."""

    state: Literal["held", "queued", "running", "done", "failed", "cancelled"] | None = None
    tier: int | None = None
    operation: str | None = None
    lane: str | None = None
    hold: HoldKind | None = Field(default=None, description="Items held for this kind of reason, e.g. `approval`")
    q: str | None = Field(default=None, max_length=200, description="Words in title, operation, section or id")
    limit: int = Field(default=50, ge=1, le=LIMIT)
    cursor: str | None = Field(default=None, pattern=r"^[0-9a-f-]{36}$", description="From the page before")


class Listing(Output):
    """A page of items, newest first."""

    items: list[Item]
    total: int
    cursor: str | None = Field(description="Asks for the next page; absent on the last")


class ById(Input):
    """One item."""

    id: str = Field(description="The item's id, or six or more characters of its beginning or end")


class Commented(ById):
    """One item, with words kept in the journal."""

    comment: str | None = Field(default=None, max_length=2000, description="Why; kept in the journal")
    question: str | None = Field(
        default=None, max_length=40, description="The id of the question meant; refused if it asks another by now"
    )


class Until(ById):
    """One item, and when the pause ends by itself."""

    until: AwareDatetime | None = Field(default=None, description="When it ends by itself")


class FromStep(ById):
    """One item, and the step to go on from."""

    from_step: int | None = Field(default=None, ge=1, description="Run this step and all after it again")


class Chosen(ById):
    """One item, and what does it."""

    carries_work: ClassVar[bool] = True
    operation: str
    input: dict[str, Any] = Field(default_factory=dict)


class Reprioritised(ById):
    """One item, and its new priority."""

    priority: Priority


class LogWanted(ById):
    """Which log lines."""

    after: int = Field(default=0, ge=0, description="Lines after this id")
    limit: int = Field(default=500, ge=1, le=5000)


class Followed(ById):
    """Which item to follow, and what of its log is known already."""

    after: int = Field(default=0, ge=0, description="Log lines after this id")
    last_event_id: int = Field(default=0, ge=0, description="What a browser sends when it comes back")


class LogLine(Output):
    """One line that work said."""

    id: int
    attempt: int
    at: datetime
    level: str
    text: str


class Log(Output):
    """Lines, oldest first."""

    lines: list[LogLine]
    last: int = Field(description="The id to ask on from")


class StepView(Output):
    """A checkpoint of durable work."""

    number: int
    name: str
    state: Literal["done", "failed"]
    attempt: int
    started_at: datetime | None
    finished_at: datetime | None
    output: Any
    error: str | None


class Steps(Output):
    """The checkpoints of an item's newest attempt."""

    steps: list[StepView]


class Stats(Output):
    """The queue in numbers, as measured now. A median is absent where nothing has finished."""

    states: dict[str, int]
    holds: dict[str, int]
    lanes: dict[str, dict[str, int]] = Field(description="Slots and how many are busy, by lane of this process")
    tiers: dict[int, dict[str, int]]
    done_today: int
    failed_today: int
    oldest_ready_at: datetime | None
    median_seconds: dict[str, float]
    blocked: str | None = Field(description="Why nothing is released, e.g. a disk nearly full")
    measured_at: datetime


class ArtifactWanted(ById):
    """One file of an item."""

    name: str
