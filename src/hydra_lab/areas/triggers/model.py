"""What a trigger is: what it waits for, what it starts, and what keeps it from starting too much."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from hydra_lab.areas.triggers.measuring.model import MEASURED, Measured, Metric
from hydra_lab.kernel.operation import Input, Output
from hydra_lab.kernel.work import Priority

ID = r"^[a-z0-9][a-z0-9._-]{0,63}$"
EVENT = r"^[a-z][a-z0-9_]*\.([a-z0-9_]+|\*)$"
Outcome = Literal["started", "would start", "cooling down", "known", "too many", "refused", "own work"]


class ValueTest(Input):
    """A test of one value; every part that is given must hold."""

    above: float | None = None
    below: float | None = None
    matches: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, description="A pattern with * and ?, for the whole text"
    )


class When(Input):
    """Which entries of the journal start it, or which measurement: one of ``event`` and ``metric`` is given.

    A measurement that passes its limit is an event of its own, with ``data.value`` and ``data.labels``.
    """

    event: str = Field(
        default=MEASURED, pattern=EVENT,
        description="Its name, such as disk.low; hooks.* takes every one of a topic. Left out for a measurement",
    )  # fmt: skip
    metric: Metric | None = Field(default=None, description="A measurement that passes a limit")
    subject: str | None = Field(default=None, max_length=200, description="A pattern with * and ? for its subject")
    where: dict[str, ValueTest | str | int | float | bool | list[str | int | float | bool | None] | None] = Field(
        default_factory=dict,
        max_length=20,
        description="Values by their path, such as data.body.action: one value, a list to choose from, or a test",
    )

    @model_validator(mode="after")
    def of_one_kind(self) -> "When":
        """It waits for what happens or for a measurement."""
        if (self.metric is None) == (self.event == MEASURED):
            raise ValueError("waits for an event or for a metric: give one of the two")
        if self.metric and self.subject is not None:
            raise ValueError("takes no subject with a metric; choose its series in the query")
        return self


class Start(Input):
    """What it starts. Texts of the input may name parts of the event: ``{{ data.body.repository.name }}``."""

    operation: str
    input: dict[str, Any] = Field(default_factory=dict)
    title: str | None = Field(default=None, max_length=300)
    priority: Priority = Priority.MEDIUM
    window: str | None = Field(default=None, max_length=40)
    lane: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]{1,64}$")


class Trigger(Input):
    """A rule: when this happens, start that."""

    when: When
    start: Start
    cooldown_minutes: float = Field(default=0, ge=0, le=525_600, description="Pause after it has started something")
    once_per: str | None = Field(
        default=None, max_length=200, description="A text made from the event; work is started once for each"
    )
    most_an_hour: int = Field(default=20, ge=1, le=1000, description="A guard against storms and loops")
    dry_run: bool = Field(default=False, description="Only say what it would start")
    paused: bool = False


class TriggerView(Output):
    """A trigger and what became of it."""

    id: str
    trigger: Trigger
    set_by: str
    set_at: AwareDatetime
    started: int = Field(description="How often it has started work")
    last_at: AwareDatetime | None = Field(description="When it last had to decide")
    last_outcome: Outcome | None
    last_detail: str | None
    last_item: str | None
    measured: Measured | None = Field(default=None, description="What the last look at its measurement gave")


class Tried(Output):
    """What a trigger would make of one event."""

    event: int | None = Field(default=None, description="Its entry in the journal; a measurement of now has none")
    name: str
    subject: str | None
    outcome: Outcome
    input: dict[str, Any] | None = None
    detail: str | None = None


class Trial(Output):
    """What a trigger would have made of what happened lately, or would make of what is measured now."""

    looked_at: int = Field(description="How many of the newest entries of its topic were looked at")
    fitting: list[Tried]
    measured: Measured | None = Field(default=None, description="What is measured now, where it waits for that")
