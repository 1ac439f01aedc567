"""Home Assistant as a source of presence."""

from collections.abc import Iterator
from contextlib import closing

from hydra_lab.integrations.home_assistant.model import Entity
from hydra_lab.integrations.home_assistant.settings import HomeAssistantSettings
from hydra_lab.integrations.home_assistant.socket import Socket
from hydra_lab.kernel.capabilities import Sighting
from hydra_lab.kernel.http import HttpClient


class HomeAssistantPresence:
    """Knows where the people are that Home Assistant follows, and how its zones and mode switches are."""

    def __init__(self, settings: HomeAssistantSettings, http: HttpClient) -> None:
        self._settings = settings
        self._http = http

    def follow(self, quiet_s: float) -> Iterator[Sighting | None]:
        """All states, then the changes among them. Subscribed first, so that no change falls in between."""
        with closing(Socket(self._settings, self._http)) as socket:
            socket.subscribe()
            for entity in socket.states():
                if self._settings.follows(entity.entity_id):
                    yield seen(entity)
            yield None
            while True:
                change = socket.changed(quiet_s)
                if change is None:
                    socket.ping()
                    yield None
                elif self._settings.follows(change.entity_id):
                    yield seen(change.new_state) if change.new_state else gone(change.entity_id)


def seen(entity: Entity) -> Sighting:
    """An entity as areas know it."""
    return Sighting(id=entity.entity_id, name=entity.name, value=entity.known_state, since=entity.last_changed)


def gone(entity_id: str) -> Sighting:
    """An entity that was removed: nobody knows about it any more."""
    return Sighting(id=entity_id, name=entity_id.partition(".")[2], value=None)
