"""What Ollama tells."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Version:
    """Its version."""

    version: str


@dataclass(frozen=True, kw_only=True)
class Details:
    """What kind of model it is."""

    family: str | None = None
    parameter_size: str | None = None
    quantization_level: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A model that it has."""

    name: str
    size: int | None = None
    digest: str | None = None
    details: Details = field(default_factory=Details)
    capabilities: list[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Tags:
    """The models that it has."""

    models: list[Tag]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A model in memory."""

    name: str
    size_vram: int | None = None
    expires_at: datetime | None = None
    context_length: int | None = None


@dataclass(frozen=True, kw_only=True)
class Processes:
    """The models in memory."""

    models: list[Running]


@dataclass(frozen=True, kw_only=True)
class Card:
    """A model's details; older versions tell no capabilities."""

    capabilities: list[str] | None = None
    model_info: dict[str, Any] | None = None

    @property
    def context(self) -> int | None:
        """The longest context in tokens that the model was made for."""
        told = [value for name, value in (self.model_info or {}).items() if name.endswith(".context_length")]
        return told[0] if told and isinstance(told[0], int) else None


@dataclass(frozen=True, kw_only=True)
class Pulling:
    """One line about a model that is fetched; a layer's ``total`` and ``completed`` are in bytes."""

    status: str = ""
    digest: str | None = None
    total: int | None = None
    completed: int | None = None
    error: str | None = None
