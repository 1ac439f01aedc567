"""A machine that hangs or is gone while Hydra works: it is said once, pages stay quick, work waits and wakes."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.peers import sshd
from tests.peers.sshd import Sshd
from tests.server import Server

QUICK_S = 5.0  # far above what a page takes, far below what a machine that hangs is waited for


@pytest.fixture(scope="module")
def host() -> Iterator[Sshd]:
    """A machine with a card."""
    with sshd.running({}) as one:
        yield one


@pytest.fixture(scope="module")
def hydra(host: Sshd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that measures it."""
    one = Server(tmp_path_factory.mktemp("faults") / "data", HYDRA_NODES__GPU1=json.dumps(host.node)).start()
    until(lambda: state(one) == "up", one)
    yield one
    print(one.tail())
    one.close()


def until(found: Callable[[], Any], server: Server, seconds: float = 90) -> Any:
    """What a question answers, once it is something. Nobody asks for a look: the machine has its turn by itself."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s:\n{server.client.get('/nodes').text}\n{server.tail()}")


def state(server: Server) -> str:
    """How the machine is."""
    found: str = server.client.get("/nodes/gpu1").raise_for_status().json()["state"]
    return found


def said(server: Server, name: str) -> int:
    """How often something was said of it."""
    events = server.client.get("/activity", params={"name": name}).json()["events"]
    return sum(one["subject"] == "gpu1" for one in events)


def test_a_machine_that_hangs_is_lost_and_pages_stay_quick(hydra: Server, host: Sshd) -> None:
    lost, back = said(hydra, "nodes.lost"), said(hydra, "nodes.back")
    with host.hung():
        slowest = 0.0
        while said(hydra, "nodes.lost") == lost:
            begun = time.monotonic()
            for path in ("/nodes", "/gpus", "/ui/nodes"):
                assert hydra.client.get(path).status_code in (200, 303)
                slowest = max(slowest, time.monotonic() - begun)
        assert slowest < QUICK_S
        shown = hydra.client.get("/nodes/gpu1").json()
        assert "gpu1" in shown["problem"]
        (here,) = (one for one in hydra.client.get("/nodes").json()["nodes"] if one["is_local"])
        assert here["state"] == "up", "a machine that hangs holds up no other"
    until(lambda: said(hydra, "nodes.back") == back + 1, hydra)
    assert said(hydra, "nodes.lost") == lost + 1


def test_work_on_a_machine_that_is_gone_waits_and_wakes(hydra: Server, host: Sshd) -> None:
    uuid = host.cards()[0]["uuid"]
    host.kill()
    until(lambda: state(hydra) == "lost", hydra)
    asked = {"operation": "gpus.limit", "input": {"uuid": uuid, "watts": 222}}
    id = hydra.client.post("/queue", json=asked).raise_for_status().json()["id"]

    def item() -> dict[str, Any]:
        found: dict[str, Any] = hydra.client.get(f"/queue/{id}").raise_for_status().json()
        return found

    held = until(lambda: (one := item())["state"] == "held" and one, hydra)
    assert [hold["kind"] for hold in held["holds"]] == ["requirement"]
    assert "SSH" in held["holds"][0]["detail"]
    host.start_again()
    done = until(lambda: (one := item())["state"] not in ("held", "queued", "running") and one, hydra)
    assert done["state"] == "done", done
    assert host.cards()[0]["power.limit"] == 222.0
