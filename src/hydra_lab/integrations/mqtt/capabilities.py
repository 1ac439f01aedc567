"""A broker as a source of presence, and as the way into Home Assistant's own pages."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing

from hydra_lab import __version__
from hydra_lab.integrations.mqtt.client import Connection
from hydra_lab.integrations.mqtt.discovery import OFF, ON, announcements, state
from hydra_lab.integrations.mqtt.model import sighting_of
from hydra_lab.integrations.mqtt.settings import MqttSettings
from hydra_lab.kernel.capabilities import Sighting, Tile
from hydra_lab.kernel.http import HttpClient

TURN_S = 1.0
PING_S = 10.0


class MqttPresence:
    """Knows of people what is published about them. Without a topic of people it knows nobody."""

    def __init__(self, settings: MqttSettings, http: HttpClient) -> None:
        self._settings = settings
        self._patience_s = http.timeout_s

    def follow(self, quiet_s: float) -> Iterator[Sighting | None]:
        """What the broker has kept of people, then what is published."""
        people = self._settings.people
        with closing(Connection(self._settings, self._patience_s)) as connection:
            if people:
                connection.subscribe(people)
            while True:
                connection.ping()
                while heard := connection.messages(0):
                    for message in heard:
                        sighting = sighting_of(message, people) if people else None
                        if sighting:
                            yield sighting
                yield None
                deadline = time.monotonic() + quiet_s
                while (left := deadline - time.monotonic()) > 0:
                    for message in connection.messages(left):
                        sighting = sighting_of(message, people) if people else None
                        if sighting:
                            yield sighting


class MqttPanel:
    """Shows Hydra in Home Assistant, through MQTT discovery."""

    def __init__(self, settings: MqttSettings, http: HttpClient) -> None:
        self._settings = settings
        self._patience_s = http.timeout_s

    def show(
        self,
        tiles: Sequence[Tile],
        values: Callable[[], Mapping[str, str | int | bool | None]],
        switched: Callable[[str, bool], None],
    ) -> Iterator[None]:
        """Announce, then send what changes and hear what is switched."""
        topic, shown = self._settings.topic, ""
        available = f"{topic}/availability"
        sets = {f"{topic}/{tile.key}/set": tile.key for tile in tiles if tile.kind == "switch"}
        will = (available, "offline")
        with closing(Connection(self._settings, self._patience_s, last_will=will)) as connection:
            for where, what in announcements(tiles, topic, self._settings.discovery, __version__).items():
                connection.publish(where, what)
            for one in sets:
                connection.subscribe(one)
            connection.publish(available, "online")
            pinged = time.monotonic()
            try:
                while True:
                    if (now := state(tiles, values())) != shown:
                        connection.publish(f"{topic}/state", now)
                        shown = now
                    if time.monotonic() - pinged > PING_S:
                        connection.ping()
                        pinged = time.monotonic()
                    for message in connection.messages(TURN_S):
                        # A press that the broker kept is from another time.
                        if not message.kept and message.topic in sets and message.text in (ON, OFF):
                            switched(sets[message.topic], message.text == ON)
                            shown = ""  # the switch shows what came of it, not what was pressed
                    yield None
            finally:
                connection.farewell(available, "offline")
