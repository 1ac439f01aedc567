"""Integrations: what each outside system is, how it is configured and how to ask whether it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from hydra_lab.kernel.contributions import Contribution
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.operation import Operation, operations_in

WEB_ADDRESS = r"^https?://[^\s/?#]+(/[^\s?#]*)?$"


class IntegrationSettings(BaseModel):
    """Base of an integration's ``settings.py``.

    Field titles and descriptions make the configure form; ``SecretStr`` fields are write-only. A field without
    default that is absent means *not configured*.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class GuardedAddress(IntegrationSettings):
    """Settings of a system at an address of its own, which it or a proxy before it may guard.

    Each says in ``url`` what its address looks like.
    """

    url: str = Field(title="Address", pattern=WEB_ADDRESS)
    token: SecretStr | None = Field(default=None, title="Bearer token", description="Only if one is asked for.")
    username: str | None = Field(default=None, title="User name", description="For basic authentication.")
    password: SecretStr | None = Field(default=None, title="Password", description="For basic authentication.")

    @field_validator("url")
    @classmethod
    def no_slash_at_the_end(cls, url: str) -> str:
        """Paths are added to it."""
        return url.rstrip("/")

    @property
    def proof(self) -> dict[str, Any]:
        """What a request carries to be let in, as options of the HTTP client."""
        if self.token and (token := self.token.get_secret_value()):
            return {"headers": {"Authorization": f"Bearer {token}"}}
        if self.username:
            return {"auth": (self.username, self.password.get_secret_value() if self.password else "")}
        return {}


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What a probe saw when the system answered: its version, if it tells, and a sentence.

    ``lost`` are parts of it that do not answer, such as the Docker of a node, by name, and why.
    """

    detail: str
    version: str | None = None
    degraded: bool = False
    lost: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Integration:
    """The manifest of one outside system.

    ``probe(settings, http)`` makes one cheap call and returns a ``Probe`` or raises one of the kernel's errors.
    ``provides`` maps a capability's name to ``build(settings, http)``.
    With ``nodes`` its settings have a field ``nodes``, and find the lab's machines there; it is configured once there
    is one. ``secret_name`` is what its missing credential is called in a sentence ("a Discord webhook").
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
    nodes: bool = False

    def verbs(self) -> list[Operation]:
        """Every operation declared in its modules."""
        return [verb for module in self.operations for verb in operations_in(module)]
