"""A Hydra and a real Alertmanager that know each other, for the tests of alerts."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.peers.alerting import alertmanager
from tests.server import Server, free_port


@dataclass
class Lab:
    """Both of them; Alertmanager can be taken away and brought back at its address, with what it kept."""

    server: Server
    folder: Path
    port: int
    secret: str

    def __post_init__(self) -> None:
        self.url = f"http://127.0.0.1:{self.port}"
        self._stack = ExitStack()

    def start(self) -> None:
        """Have Alertmanager answer."""
        hook = f"{self.server.url}/hooks/alertmanager"
        here = {"PORT": str(self.port), "STORAGE": str(self.folder / "kept")}
        self._stack.enter_context(alertmanager(**here, WEBHOOK_URL=hook, WEBHOOK_TOKEN=self.secret))

    def stop(self) -> None:
        """Have it answer no more."""
        self._stack.close()

    def look(self) -> None:
        """Have Hydra look at once, as it does when the integration was set."""
        self.server.client.put("/integrations/alertmanager", json={"url": self.url}).raise_for_status()

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """What Hydra answers."""
        found: dict[str, Any] = self.server.client.get(path, params=query).raise_for_status().json()
        return found

    def told(self, name: str, subject: str) -> list[dict[str, Any]]:
        """What the journal says of an alert."""
        found: list[dict[str, Any]] = self.get("/activity", name=name, subject=subject)["events"]
        return found


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One of each for all tests of alerts."""
    folder = tmp_path_factory.mktemp("alerts")
    server = Server(folder / "data").start()
    secret = server.client.post("/alerts/webhook").raise_for_status().json()["secret"]
    one = Lab(server=server, folder=folder, port=free_port(), secret=secret)
    one.start()
    one.look()
    yield one
    one.stop()
    server.close()
