"""What a probe asks, what its answers come to, and what a container's labels say of it: pure rules."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field, ValidationError, field_validator

from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Input, Output

LABEL = "hydra.probe"
ASKS = re.compile(r"^(https?://[^\s/?#]*\S*|tcp://[^\s/]*:\d{1,5}|command:\s*\S.*)$", re.DOTALL)
LENGTH = re.compile(r"^(\d{1,6}(?:\.\d{1,3})?)\s*(ms|s|m|h)$")
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
TAKES = "http://host:port/path, https://…, tcp://host:port, or command: and what to run in it; :port is its own address"


class Probe(Input):
    """How a container is asked whether it does its work."""

    check: str = Field(max_length=1000, description=TAKES)
    status: str = Field(
        default="200-399", pattern=r"^\d{3}(-\d{3})?(,\d{3}(-\d{3})?){0,9}$",
        description="Which answers to HTTP are good, e.g. 200-299,401",
    )  # fmt: skip
    interval_s: float = Field(default=30, ge=1, le=86400, title="Every (seconds)", description="Pause between two")
    timeout_s: float = Field(default=5, ge=0.1, le=300, title="Time-out (seconds)", description="For one answer")
    failures: int = Field(default=3, ge=1, le=100, description="So many in a row make it unhealthy")
    successes: int = Field(default=1, ge=1, le=100, description="So many in a row make it healthy")
    start_s: float = Field(
        default=30, ge=0, le=86400, title="Start period (seconds)",
        description="After its start failures do not count for so long, or until it was healthy once",
    )  # fmt: skip

    @field_validator("check")
    @classmethod
    def readable(cls, text: str) -> str:
        """It is something that can be asked."""
        text = text.strip()
        if not ASKS.match(text):
            raise ValueError(f"write {TAKES}")
        if text.startswith("command:"):
            try:
                command_of(text)
            except ValueError as error:
                raise ValueError("its quotes do not match") from error
        return text

    def takes(self, status: int) -> bool:
        """Whether an answer's status is good."""
        spans = [part.partition("-") for part in self.status.split(",")]
        return any(int(low) <= status <= int(high or low) for low, _, high in spans)


def command_of(check: str) -> list[str]:
    """The words of a command. Raises ``ValueError``."""
    return shlex.split(check.partition(":")[2])


def probe_of(labels: Mapping[str, str]) -> Probe | None:
    """The probe that labels ask for, if any. Raises ``Invalid`` that names a label which makes no sense."""
    check = labels.get(LABEL, "").strip()
    if not check:
        return None
    given: dict[str, Any] = {"check": check}
    for name, field in (("interval", "interval_s"), ("timeout", "timeout_s"), ("start", "start_s")):
        if text := labels.get(f"{LABEL}.{name}"):
            match = LENGTH.match(text.strip())
            if not match:
                raise Invalid(f"The label {LABEL}.{name}={text[:40]} makes no sense.", fix="It takes 30s, 5m or 500ms.")
            given[field] = float(match[1]) * UNITS[match[2]]
    given |= {
        name: labels[f"{LABEL}.{name}"] for name in ("failures", "successes", "status") if f"{LABEL}.{name}" in labels
    }
    try:
        return Probe.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = str(first["loc"][0]).removesuffix("_s")
        label = LABEL if field == "check" else f"{LABEL}.{field}"
        said = first["msg"].removeprefix("Value error, ")
        raise Invalid(f"The label {label} makes no sense: {said}.", fix="See docs/integrations/docker.md.") from error


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one probe came to."""

    good: bool
    detail: str


class Probed(Output):
    """What probes of a container came to in its present life."""

    id: str
    life: str = Field(description="When that life began")
    health: str = Field(description="starting, healthy or unhealthy")
    detail: str | None = None
    since: AwareDatetime
    at: AwareDatetime
    failed: int = 0
    passed: int = 0


def fresh(one: Container, at: datetime) -> Probed:
    """What is known at the beginning of a life."""
    return Probed(id=one.id, life=life_of(one), health="starting", since=at, at=at)


def life_of(one: Container) -> str:
    """What tells a container's lives apart."""
    return one.started_at.isoformat() if one.started_at else ""


def is_of(probed: Probed | None, one: Container) -> bool:
    """Whether something is known of the life that a container has now."""
    return probed is not None and one.running and (probed.id, probed.life) == (one.id, life_of(one))


def after(before: Probed, probe: Probe, answer: Answer, one: Container, at: datetime) -> Probed:
    """What is known after one more answer."""
    lived_s = (at - one.started_at).total_seconds() if one.started_at else 0.0
    starts = before.health == "starting" and lived_s < probe.start_s
    passed = before.passed + 1 if answer.good else 0
    failed = 0 if answer.good or starts else before.failed + 1
    health = before.health
    if passed >= probe.successes:
        health = "healthy"
    elif failed >= probe.failures:
        health = "unhealthy"
    since = before.since if health == before.health else at
    return before.model_copy(
        update={"health": health, "detail": answer.detail, "since": since, "at": at, "passed": passed, "failed": failed}
    )


def together(own: str | None, probed: str | None) -> str | None:
    """A container's health by its own check and by a probe: the worse of the two; ``None`` where neither looks."""
    both = {own, probed}
    return next((one for one in ("unhealthy", "starting", "healthy") if one in both), None)


def with_health(one: Container, probed: Probed | None) -> Container:
    """A container with what its probe found."""
    return replace(one, health=together(one.health, probed.health)) if probed and is_of(probed, one) else one
