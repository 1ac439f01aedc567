"""What must be known to reach Ollama."""

from pydantic import Field, PrivateAttr

from hydra_lab.integrations.ollama.model import Card
from hydra_lab.kernel.integration import WEB_ADDRESS
from hydra_lab.kernel.model_servers import ModelServersSettings


class OllamaSettings(ModelServersSettings):
    """One Ollama, or several by name."""

    url: str | None = Field(
        title="Address", pattern=WEB_ADDRESS, description="Where it answers, e.g. http://gpu-1.lab:11434."
    )

    # What a model can do does not change as long as its digest is the same: asked once.
    _cards: dict[str, Card] = PrivateAttr(default_factory=dict)

    @property
    def cards(self) -> dict[str, Card]:
        """What was told of models, by digest."""
        return self._cards
