"""Home Assistant's REST API: how it is."""

from hydra_lab.integrations.home_assistant.model import Config
from hydra_lab.integrations.home_assistant.settings import HomeAssistantSettings
from hydra_lab.kernel.http import HttpClient, read_as

WHO = "Home Assistant"


class HomeAssistantClient:
    """The only network code of this integration."""

    def __init__(self, settings: HomeAssistantSettings, http: HttpClient) -> None:
        self._url = settings.url
        self._headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
        self._http = http

    def config(self) -> Config:
        """Its version and whether it has started."""
        return read_as(WHO, Config, self._http.request(WHO, "GET", f"{self._url}/api/config", headers=self._headers))
