"""Home Assistant's REST API: how it is, and the states of its entities."""

from typing import TypeVar

from hydra_lab.integrations.home_assistant.model import Config, Entity
from hydra_lab.integrations.home_assistant.settings import HomeAssistantSettings
from hydra_lab.kernel.http import HttpClient, read_as

T = TypeVar("T")
WHO = "Home Assistant"


class HomeAssistantClient:
    """The only network code of this integration."""

    def __init__(self, settings: HomeAssistantSettings, http: HttpClient) -> None:
        self._url = settings.url
        self._headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
        self._http = http

    def config(self) -> Config:
        """Its version and whether it has started."""
        return self._get("/api/config", Config)

    def states(self) -> list[Entity]:
        """Every entity."""
        return self._get("/api/states", list[Entity])

    def _get(self, path: str, kind: type[T]) -> T:
        return read_as(WHO, kind, self._http.request(WHO, "GET", f"{self._url}{path}", headers=self._headers))
