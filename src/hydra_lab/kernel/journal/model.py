"""A journal entry, and the ways to filter entries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. ``cause`` is the id of the event it follows from; ``item`` the work item."""

    id: int
    at: datetime
    name: str
    actor: str  # kind: person, agent, hook, schedule, backlog, hydra
    actor_name: str
    subject: str | None = None
    cause: int | None = None
    item: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """The name's first word; SSE subscribers choose topics."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which entries to read. ``names`` and ``topics`` are any-of, ``without`` are names to leave out.

    ``q`` looks into name, subject and item; ``floor`` is the smallest id that is looked at.
    """

    topics: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    actor: str | None = None
    subject: str | None = None
    item: str | None = None
    cause: int | None = None
    q: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    floor: int | None = None
