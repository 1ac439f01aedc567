"""Home Assistant as a source of presence."""

from hydra_lab.integrations.home_assistant.client import HomeAssistantClient
from hydra_lab.integrations.home_assistant.settings import HomeAssistantSettings
from hydra_lab.kernel.http import HttpClient


class HomeAssistantPresence:
    """Knows where the people are that Home Assistant follows."""

    def __init__(self, settings: HomeAssistantSettings, http: HttpClient) -> None:
        self._client = HomeAssistantClient(settings, http)

    def people(self) -> dict[str, str | None]:
        """Name to ``home``, ``not_home`` or a zone's name; ``None`` where unknown."""
        people = [one for one in self._client.states() if one.entity_id.startswith("person.")]
        return {one.name: one.known_state for one in people}
