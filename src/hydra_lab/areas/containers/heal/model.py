"""What holds for healing as a whole, and what is kept of an attempt."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from hydra_lab.areas.containers.muting import Muted
from hydra_lab.kernel.operation import Input, Output

Rung = Literal["restart", "recreate", "dependencies", "rollback"]
RUNGS: tuple[Rung, ...] = ("restart", "recreate", "dependencies", "rollback")
Outcome = Literal["waits", "running", "recovered", "failed", "refused", "would have"]
Label = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,60}$")]


class Healing(Input):
    """What holds for healing as a whole. What a container wants is in its labels."""

    protected: list[str] = Field(
        default_factory=list, max_length=100, description="Names that are never touched, with * and ?"
    )
    shadow: bool = Field(default=False, description="Only say what would have been done")
    most: int = Field(default=5, ge=1, le=100, description="The storm guard: attempts over all containers")
    within_minutes: float = Field(default=10, gt=0, le=1440, description="The storm guard's time")
    mute_by: list[Label] = Field(
        default=["container", "container_name", "name"], max_length=10, title="Alerts are named by",
        description="Labels in which your alerts have a container's name: those alerts are muted while it is "
        "restarted; of instance, what is before the port is compared",
    )  # fmt: skip


class Climbed(Output):
    """One rung of the ladder."""

    rung: Rung
    came: Literal["helped", "did not help", "left out"]
    detail: str | None = Field(description="What was seen, or why it was left out")
    at: AwareDatetime
    took_s: float


class Remediation(Output):
    """One attempt to heal a container, or why there was none."""

    id: str
    container: str
    reason: str = Field(description="What was wrong with it")
    outcome: Outcome
    detail: str | None = Field(description="Why it waits, was refused or failed, or what would have been done")
    rungs: list[Rung] = Field(description="What was tried, in order")
    ladder: list[Climbed] = Field(default_factory=list, description="The same with what each came to")
    at: AwareDatetime
    ended_at: AwareDatetime | None
    recovery_s: float | None = Field(description="From what happened until it was proved to be well")
    item: str | None
    asks: bool = Field(default=False, description="Whether a person is asked what to do")
    before: dict[str, Any] | None = Field(description="How it was: state, exit code, health")
    after: dict[str, Any] | None
    said: list[str] = Field(default_factory=list, description="The last lines that it wrote before, secrets masked")
    muted: Muted | None = Field(default=None, description="Which alerts were kept quiet meanwhile")


class HealthyImage(Output):
    """An image from which a container was proved to be well."""

    container: str
    image: str
    image_id: str
    first_at: AwareDatetime
    last_at: AwareDatetime


def figures(past: Sequence[Remediation]) -> tuple[float | None, float | None]:
    """The share of attempts that succeeded, and the median seconds to recovery; unknown without any."""
    over = [one for one in past if one.outcome in ("recovered", "failed")]
    took = sorted(one.recovery_s for one in over if one.outcome == "recovered" and one.recovery_s is not None)
    rate = sum(one.outcome == "recovered" for one in over) / len(over) if over else None
    return rate, took[len(took) // 2] if took else None
