"""What integrations can do for areas, as Protocols: areas ask for the ability, not for the product."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Notifier(Protocol):
    """Tells a person something outside Hydra. Raises the kernel's errors when it cannot."""

    def notify(self, title: str, text: str, *, url: str | None = None) -> None:
        """Send one message; ``text`` may be Markdown."""


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
