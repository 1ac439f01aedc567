"""What Home Assistant tells: how it is, and where people are."""

from dataclasses import dataclass, field
from typing import Any

# States that say nothing: the integration behind the entity has no answer.
UNKNOWN = frozenset({"unknown", "unavailable"})


@dataclass(frozen=True, kw_only=True)
class Config:
    """The server as a whole. ``state`` is ``RUNNING`` once it has started."""

    version: str
    location_name: str | None = None
    state: str | None = None
    time_zone: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entity:
    """One entity and its state."""

    entity_id: str
    state: str
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.attributes.get("friendly_name") or self.entity_id.partition(".")[2])

    @property
    def known_state(self) -> str | None:
        """Its state, ``None`` where Home Assistant does not know it."""
        return None if self.state in UNKNOWN else self.state
