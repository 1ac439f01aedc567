"""A real Mosquitto, and a client beside Hydra's own that sees and says what Home Assistant would."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.peers.starting import absent, installed, peer

PASSWORD = "only-in-this-lab-4711"


@dataclass
class Ear:
    """Somebody else at the broker: ``seen`` is the last text of each topic."""

    client: Client
    seen: dict[str, str] = field(default_factory=dict)

    def say(self, topic: str, text: str, *, keep: bool = True) -> None:
        """Publish a text, and return when the broker has it."""
        self.client.publish(topic, text, qos=1, retain=keep).wait_for_publish(10)


class Broker(int):
    """A running broker, as its port."""

    pid: int
    folder: Path

    @contextmanager
    def wanting(self, password: str, user: str = "hydra") -> Iterator[None]:
        """With another password for a user for the length of a block; who is in by the old one is put out."""
        try:
            self._want(password, user)
            yield
        finally:
            self._want(PASSWORD, user)

    def _want(self, password: str, user: str) -> None:
        subprocess.run(["mosquitto_passwd", "-b", self.folder / "passwords", user, password], check=True)
        os.kill(self.pid, signal.SIGHUP)


@contextmanager
def mosquitto(**environment: str) -> Iterator[Broker]:
    """A broker; its port."""
    if not installed("/usr/sbin/mosquitto"):
        absent("Mosquitto", bring="apt install mosquitto")
    with peer("mosquitto.sh", **environment) as values:
        one = Broker(values["PORT"])
        one.folder = Path(values["DIR"])
        one.pid = int((one.folder / "mosquitto.pid").read_text())
        yield one


@contextmanager
def ear(port: int, user: str = "home") -> Iterator[Ear]:
    """Somebody who hears everything."""
    client = Client(CallbackAPIVersion.VERSION2)
    one, there = Ear(client), threading.Event()
    client.username_pw_set(user, PASSWORD)

    def hear(_client: Any, _data: Any, message: Any) -> None:
        one.seen[message.topic] = message.payload.decode()

    client.on_message = hear
    client.on_connect = lambda *_: client.subscribe("#", qos=1)
    client.on_subscribe = lambda *_: there.set()
    client.connect("127.0.0.1", int(port))
    client.loop_start()
    try:
        assert there.wait(10)
        yield one
    finally:
        client.disconnect()
        client.loop_stop()
