"""What Home Assistant tells: how it is, and where people are."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

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
    last_changed: datetime | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.attributes.get("friendly_name") or self.entity_id.partition(".")[2])

    @property
    def known_state(self) -> str | None:
        """Its state, ``None`` where Home Assistant does not know it."""
        return None if self.state in UNKNOWN else self.state


@dataclass(frozen=True, kw_only=True)
class Change:
    """An entity's state was set. ``new_state`` is ``None`` when the entity was removed."""

    entity_id: str
    new_state: Entity | None = None


class Heard(BaseModel):
    """A message of the websocket. ``id`` is that of the command it belongs to."""

    type: str
    id: int | None = None
    success: bool | None = None
    result: Any = None
    error: dict[str, Any] = {}
    event: dict[str, Any] | None = None
