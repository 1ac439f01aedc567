"""What integrations can do for areas, as Protocols: areas ask for the ability, not for the product."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Severity(StrEnum):
    """How much a message matters. What went well ranks with what is merely good to know."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """A number that grows with the severity."""
        return {Severity.WARNING: 1, Severity.CRITICAL: 2}.get(self, 0)


@dataclass(frozen=True, kw_only=True)
class Link:
    """Something to open: what it is called, and its absolute address."""

    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a person is told.

    ``text`` and the values of ``fields`` (name and value) are plain but for code in `backticks`; with ``markdown`` the
    text is Markdown. ``url`` is where the title leads. ``id`` lets who gets a message twice see that it is the same.
    """

    title: str
    text: str = ""
    markdown: bool = False
    severity: Severity = Severity.INFO
    fields: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    url: str | None = None
    id: str | None = None


@runtime_checkable
class Notifier(Protocol):
    """Tells a person something outside Hydra. Raises the kernel's errors when it cannot."""

    def notify(self, notice: Notice) -> None:
        """Send one message, in as many parts as it takes."""


@runtime_checkable
class ManyPlaces(Protocol):
    """What a notifier is besides that can send to several places, each by a name of its own."""

    def places(self) -> tuple[str, ...]:
        """The places' names."""

    def at(self, place: str) -> Notifier:
        """The notifier of one place. Raises ``NotFound`` for an unknown name."""


@runtime_checkable
class ResourceMeter(Protocol):
    """Knows how much of each resource is free, e.g. ``gpu_memory_gib``; answers from its last measurement."""

    def free(self) -> dict[str, float]:
        """Free amounts by resource; one that was not measured is absent."""


@runtime_checkable
class PresenceSource(Protocol):
    """Knows who is at home."""

    def people(self) -> dict[str, str | None]:
        """Name to place (``home``, ``not_home``, a zone's name), ``None`` where unknown."""
