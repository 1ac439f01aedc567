"""When a container may be healed, and how: what its labels say, and what keeps Hydra from doing too much."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from hydra_lab.areas.containers.model import PROJECT, SERVICE
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Input, Output

DEPENDS_ON = "com.docker.compose.depends_on"
LABEL = "hydra.heal"
LENGTH = re.compile(r"^(\d{1,6})\s*(s|m|h)$")
UNITS = {"s": 1, "m": 60, "h": 3600}
HOUR = timedelta(hours=1)
# Signals that programs take as a word to themselves; any other that was sent to a container was meant to end it.
TALK = ("1", "10", "12", "28")
Mode = Literal["off", "shadow", "restart"]
Rung = Literal["restart", "dependencies"]
Outcome = Literal["running", "recovered", "failed", "refused", "would have"]


class Healing(Input):
    """What holds for healing as a whole. What a container wants is in its labels."""

    protected: list[str] = Field(
        default_factory=list, max_length=100, description="Names that are never touched, with * and ?"
    )
    shadow: bool = Field(default=False, description="Only say what would have been done")
    most: int = Field(default=5, ge=1, le=100, description="The storm guard: attempts over all containers")
    within_minutes: float = Field(default=10, gt=0, le=1440, description="The storm guard's time")


class Care(Output):
    """What a container's labels ask for. Lengths in seconds."""

    mode: Mode = "off"
    attempts: int = 3
    cooldown_s: int = 60
    prove_s: int = 30
    hours: str | None = None


class Remediation(Output):
    """One attempt to heal a container, or why there was none."""

    id: str
    container: str
    reason: str = Field(description="What was wrong with it")
    outcome: Outcome
    detail: str | None = Field(description="Why it was refused or failed, or what would have been done")
    rungs: list[Rung] = Field(description="What was tried, in order")
    at: AwareDatetime
    ended_at: AwareDatetime | None
    recovery_s: float | None = Field(description="From what happened until it was proved to be well")
    item: str | None
    before: dict[str, Any] | None = Field(description="How it was: state, exit code, health")
    after: dict[str, Any] | None


def care_of(labels: Mapping[str, str]) -> Care:
    """A container's labels as wishes. Raises ``Invalid`` that names a label which makes no sense."""
    mode = labels.get(LABEL, "off").strip().lower()
    if mode not in ("off", "shadow", "restart"):
        raise wrong(LABEL, mode, "restart, shadow or off")
    given: dict[str, Any] = {"mode": mode, "hours": labels.get(f"{LABEL}.hours")}
    for name, field in (("cooldown", "cooldown_s"), ("prove", "prove_s")):
        if text := labels.get(f"{LABEL}.{name}"):
            match = LENGTH.match(text.strip())
            if not match:
                raise wrong(f"{LABEL}.{name}", text, "30s, 5m or 1h")
            given[field] = int(match[1]) * UNITS[match[2]]
    if text := labels.get(f"{LABEL}.attempts"):
        if not text.strip().isdigit() or not 1 <= int(text) <= 100:
            raise wrong(f"{LABEL}.attempts", text, "a number from 1 to 100")
        given["attempts"] = int(text)
    return Care(**given)


def wrong(label: str, text: str, wanted: str) -> Invalid:
    """The error of a label that makes no sense."""
    return Invalid(f"The label {label}={text[:40]} makes no sense.", fix=f"It takes {wanted}.")


def protects(name: str, labels: Mapping[str, str], healing: Healing) -> bool:
    """Whether a container is never to be touched."""
    return labels.get("hydra.protected", "").lower() == "true" or any(
        fnmatchcase(name, pattern) for pattern in healing.protected
    )


def refusal(now: datetime, one: Container, care: Care, healing: Healing, past: Sequence[Remediation]) -> str | None:
    """Why a container must not be touched now, apart from its hours; ``None`` when nothing speaks against it.

    ``past`` are attempts of the last day, over all containers.
    """
    if protects(one.name, one.labels, healing):
        return "it is protected"
    tried = [each for each in past if each.outcome in ("running", "recovered", "failed")]
    mine = [each for each in tried if each.container == one.name]
    if sum(now - each.at < HOUR for each in mine) >= care.attempts:
        return f"its {care.attempts} attempts within an hour are used up"
    last = max((each.ended_at or each.at for each in mine), default=None)
    if last and now - last < timedelta(seconds=care.cooldown_s):
        return f"it cools down for {care.cooldown_s} s after the last attempt"
    if sum(now - each.at < timedelta(minutes=healing.within_minutes) for each in tried) >= healing.most:
        return f"{healing.most} attempts within {healing.within_minutes:g} minutes: something larger is wrong"
    return None


def wants_person(why: str) -> bool:
    """Whether a refusal means that healing has come to its end, so that a person must look."""
    return "used up" in why or "something larger" in why


def needed(one: Container, all_of_them: Sequence[Container]) -> list[Container]:
    """What a container depends on by its compose labels, farthest first. Raises ``Invalid`` for a circle."""
    project = one.labels.get(PROJECT)
    by_service = {each.labels.get(SERVICE): each for each in all_of_them if each.labels.get(PROJECT) == project}
    found: list[Container] = []

    def visit(each: Container, path: tuple[str, ...]) -> None:
        if each.id in path:
            raise Invalid(
                f"The containers of {project} depend on each other in a circle.", fix="Take one depends_on out of it."
            )
        for part in filter(None, each.labels.get(DEPENDS_ON, "").split(",")):
            other = by_service.get(part.partition(":")[0].strip())
            if other:
                visit(other, (*path, each.id))
                if other not in found:
                    found.append(other)

    if project:
        visit(one, ())
    return found


def figures(past: Sequence[Remediation]) -> tuple[float | None, float | None]:
    """The share of attempts that succeeded, and the median seconds to recovery; unknown without any."""
    over = [one for one in past if one.outcome in ("recovered", "failed")]
    took = sorted(one.recovery_s for one in over if one.outcome == "recovered" and one.recovery_s is not None)
    rate = sum(one.outcome == "recovered" for one in over) / len(over) if over else None
    return rate, took[len(took) // 2] if took else None
