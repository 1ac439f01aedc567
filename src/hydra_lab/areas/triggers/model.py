"""What a trigger is: what it waits for, what it starts, and what keeps it from starting too much."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, StringConstraints

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
    """Which entries of the journal start it."""

    event: str = Field(pattern=EVENT, description="Its name, such as disk.low; hooks.* takes every one of a topic")
    subject: str | None = Field(default=None, max_length=200, description="A pattern with * and ? for its subject")
    where: dict[str, ValueTest | str | int | float | bool | list[str | int | float | bool | None] | None] = Field(
        default_factory=dict,
        max_length=20,
        description="Values by their path, such as data.body.action: one value, a list to choose from, or a test",
    )


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
