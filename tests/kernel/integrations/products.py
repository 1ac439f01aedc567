"""Outside systems made up for the kernel's tests: a lamp that can be good, slow, gone or refuse its token."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import Field, SecretStr

from hydra_lab.kernel.errors import Denied, Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, IntegrationSettings, Probe


class LampSettings(IntegrationSettings):
    """Where the lamp is."""

    token: SecretStr = Field(title="Token", description="The lamp's token.")
    rooms: list[str] = Field(default_factory=list, description="Rooms it lights.")
    port: int = Field(default=80, ge=1)


@dataclass
class Lamp:
    """The outside system: what its next probes meet, and how often it was asked."""

    raises: BaseException | None = None
    degraded: bool = False
    asked: list[LampSettings] = field(default_factory=list)
    meanwhile: Callable[[], None] | None = None

    def probe(self, settings: LampSettings, http: HttpClient) -> Probe:
        """Answer a probe."""
        self.asked.append(settings)
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if self.raises:
            raise self.raises
        return Probe(detail="shines", version="3", degraded=self.degraded)

    def integration(self, name: str = "lamp", **more: object) -> Integration:
        """Its manifest."""
        return Integration(
            name=name, title=name.capitalize(), what="Shines.", settings=LampSettings, probe=self.probe,
            secret_name=f"a {name} token", how_to="Look under it.", reference="https://lamp.example",
            provides={"light": lambda settings, http: Light(settings)}, **more,
        )  # fmt: skip


class Light:
    """A capability."""

    def __init__(self, settings: LampSettings) -> None:
        self.settings = settings


GONE = Unavailable("The lamp cannot be reached.")
REFUSING = Denied("The lamp refused the token.")
BABBLING = Refused("The lamp said something odd.")
