"""What is known about an outside system: whether it is configured, and what its last probe saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How an outside system is doing."""

    CONNECTED = "connected"
    DEGRADED = "degraded"
    UNREACHABLE = "unreachable"
    DENIED = "denied"
    NOT_CONFIGURED = "not_configured"
    UNKNOWN = "unknown"  # configured, and not probed since this process started

    @property
    def answers(self) -> bool:
        """Whether the system can be worked with."""
        return self in (Status.CONNECTED, Status.DEGRADED)

    @property
    def lost(self) -> bool:
        """Whether the last probe failed."""
        return self in (Status.UNREACHABLE, Status.DENIED)


@dataclass(frozen=True, kw_only=True)
class IntegrationState:
    """An outside system now. ``since`` is when ``status`` began; ``None`` is unknown.

    ``lost_parts`` are parts of it that do not answer while it does, by name, and why.
    """

    name: str
    title: str
    configured: bool
    status: Status
    detail: str | None = None
    version: str | None = None
    checked_at: datetime | None = None
    since: datetime | None = None
    latency_ms: float | None = None
    lost_parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FieldState:
    """One field of an integration's settings, as its form shows it: a secret's value is never told."""

    name: str
    title: str
    about: str
    secret: bool
    required: bool
    is_set: bool
    source: str | None  # "environment", "file" or "stored"; None when unset
    variable: str
    value: Any = None
    default: Any = None
    problem: str | None = None
