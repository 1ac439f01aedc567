"""Health: what each check saw, and the whole in one word."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from hydra_lab.kernel.operation import Output

Status = Literal["ok", "warn", "bad", "unknown"]
WORST_FIRST: tuple[Status, ...] = ("bad", "warn", "unknown", "ok")


class Checked(Output):
    """One check's answer; ``unknown`` where it could not look."""

    name: str
    title: str
    status: Status
    detail: str
    fix: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)
    took_ms: float


class Health(Output):
    """Every check; ``status`` is the worst of them."""

    status: Status
    checked_at: datetime
    checks: list[Checked]


def worst(statuses: Iterable[Status]) -> Status:
    """The worst status there is; ``unknown`` when nothing was checked."""
    found = set(statuses)
    return next((one for one in WORST_FIRST if one in found), "unknown")
