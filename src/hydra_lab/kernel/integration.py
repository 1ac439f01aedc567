"""Integrations: what each outside system is, how it is configured and how to ask whether it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict

from hydra_lab.kernel.contributions import Contribution
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.operation import Operation, operations_in


class IntegrationSettings(BaseModel):
    """Base of an integration's ``settings.py``.

    Field titles and descriptions make the configure form; ``SecretStr`` fields are write-only. A field without
    default that is absent means *not configured*.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a probe saw when the system answered: its version, if it tells, and a sentence."""

    detail: str
    version: str | None = None
    degraded: bool = False


@dataclass(frozen=True, kw_only=True)
class Integration:
    """The manifest of one outside system.

    ``probe(settings, http)`` makes one cheap call and returns a ``Probe`` or raises one of the kernel's errors.
    ``provides`` maps a capability's name to ``build(settings, http)``.
    ``secret_name`` is what its missing credential is called in a sentence ("a Discord webhook").
    """

    name: str
    title: str
    what: str
    settings: type[IntegrationSettings]
    probe: Callable[[Any, HttpClient], Probe]
    secret_name: str
    how_to: str
    reference: str
    versions: tuple[str, ...] = ()
    provides: dict[str, Callable[[Any, HttpClient], Any]] = field(default_factory=dict)
    operations: tuple[ModuleType, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    beat_s: float = 60.0

    def verbs(self) -> list[Operation]:
        """Every operation declared in its modules."""
        return [verb for module in self.operations for verb in operations_in(module)]
