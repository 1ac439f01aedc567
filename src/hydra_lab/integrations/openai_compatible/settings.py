"""What must be known to reach servers that speak OpenAI's interface."""

from pydantic import Field, PrivateAttr

from hydra_lab.integrations.openai_compatible.model import Found
from hydra_lab.kernel.integration import WEB_ADDRESS
from hydra_lab.kernel.model_servers import ModelServersSettings


class OpenaiCompatibleSettings(ModelServersSettings):
    """One server, or several by name, each of whatever kind."""

    url: str | None = Field(
        title="Address", pattern=WEB_ADDRESS,
        description="Where it answers, with or without /v1, e.g. http://gpu-1.lab:8080.",
    )  # fmt: skip

    # What each server turned out to be, by its id; looked at anew by every probe.
    _found: dict[str, Found] = PrivateAttr(default_factory=dict)

    @property
    def found(self) -> dict[str, Found]:
        """What each server turned out to be."""
        return self._found
