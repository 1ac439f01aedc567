"""Docker fails in the middle of a restart: Hydra says so, holds the work, wakes it after, and restarts only once."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.running import ended
from tests.integrations.docker.harness import INSPECTED, answer
from tests.integrations.faults import Asked, Fault, Reply, StandIn
from tests.server import Server

QUICK_S = 4.0  # far above what a page takes, far below what an Engine that hangs is waited for
TESTED = "/integrations/docker/test"
ID = INSPECTED["Id"]


class Engine(StandIn):
    """An Engine with one container, whose answer to a restart is lost: it fails from then on."""

    def __init__(self) -> None:
        super().__init__(self.told)
        self.restarts = 0
        self.next: Fault | None = None

    def told(self, asked: Asked) -> Reply:
        """Answer as the Engine does."""
        if self.fault is Fault.DENIED:
            return Reply(status=401, body=b"Unauthorized")
        if asked.path == f"/containers/{ID}/restart":
            self.restarts += 1
            self.fault = self.next
            return Reply(status=502, body=b"<html>bad gateway</html>")
        if asked.path in (f"/containers/{ID}/json", "/containers/web/json"):
            state = {"Status": "running", "StartedAt": f"2026-03-01T12:00:{self.restarts:02d}Z"}
            return Reply(json={**INSPECTED, "State": {**state, "Health": {"Status": "healthy"}}})
        return answer(asked)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """The Engine."""
    with Engine() as one:
        yield one


@pytest.fixture(scope="module")
def hydra(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that uses it."""
    server = Server(tmp_path_factory.mktemp("failing") / "data", HYDRA_DOCKER__ADDRESS=engine.url).start()
    yield server
    print(server.tail())
    server.close()


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.DENIED, Fault.SLOW])
def test_a_restart_whose_answer_is_lost_is_held_and_not_done_twice(hydra: Server, engine: Engine, fault: Fault) -> None:
    assert hydra.client.post(TESTED).json()["status"] == "connected"
    before, engine.next = engine.restarts, fault
    queued: dict[str, Any] = {"operation": "containers.restart", "input": {"id": "web"}}
    item = hydra.client.post("/queue", json=queued).raise_for_status().json()["id"]
    held = ended(hydra, item)
    assert held["state"] == "held", held
    assert [hold["kind"] for hold in held["holds"]] == ["requirement"]
    assert "Docker" in held["holds"][0]["detail"]
    for path in ("/ui/containers", "/ui", "/ui/queue"):
        begun = time.monotonic()
        assert hydra.client.get(path).status_code in (200, 303)
        assert time.monotonic() - begun < QUICK_S, path
    engine.fault = None
    hydra.client.post(TESTED).raise_for_status()
    assert ended(hydra, item, or_held=False)["state"] == "done"
    assert engine.restarts == before + 1
