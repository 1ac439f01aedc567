"""Hydra killed in a switch, at each boundary: it looks at what is really loaded and goes on; nobody is asked twice."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.areas.running import ended
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.serving import Call, Cut
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer
from tests.server import Server

KEY = "admin-key"


class Halting(TabbyapiPeer):
    """One that halts at a place and then drops the call, as a connection drops when its caller is killed."""

    at = ""
    healthy_after_s = 0.0

    def __init__(self, *models: Weights, **more: Any) -> None:
        self.reached, self.gone, self.answered = threading.Event(), threading.Event(), []
        super().__init__(*models, **more)

    def halt(self, place: str) -> None:
        """Stop here if this is the place."""
        if place == self.at:
            self.reached.set()
            self.gone.wait(60)
            raise Cut

    def control(self, call: Call) -> bool:
        """Its own interface."""
        path = call.asked.path
        if path == "/health":
            call.wait(self.healthy_after_s)
        if path == "/v1/model/unload":
            self.halt("before the unload")
        elif path == "/v1/model/load":
            self.halt("before the load")
        return super().control(call)

    def unload(self, name: str) -> None:
        """Take a model out of memory."""
        super().unload(name)
        self.halt("after the unload")

    def answer(self, call: Call) -> None:
        """Answer a request of OpenAI's interface."""
        self.halt("before the check")
        self.answered.append((call.body() or {}).get("user"))
        super().answer(call)


@pytest.fixture(scope="module")
def tabby() -> Iterator[Halting]:
    """One model at a time."""
    with Halting(Weights(name="a", gib=14), Weights(name="b", gib=20), gpu=Gpu(24), key=KEY, loaded="a") as one:
        yield one


@pytest.fixture(scope="module")
def hydra(tabby: Halting, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra with it."""
    data = tmp_path_factory.mktemp("killed") / "data"
    server = Server(data, HYDRA_TABBYAPI__URL=tabby.url, HYDRA_TABBYAPI__KEY=KEY).start()
    until(lambda: server.client.get("/models/status").json()["servers"])
    yield server
    print(server.tail())
    server.close()


def until(so: Callable[[], object]) -> None:
    """Return when it is so."""
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ask(hydra: Server, model: str, who: str) -> int:
    """Ask through the gateway: the status, 0 where the connection broke."""
    body = {"model": model, "user": who, "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
    try:
        return hydra.client.post("/v1/chat/completions", json=body, timeout=90).status_code
    except httpx.TransportError:
        return 0


def in_line(hydra: Server) -> int:
    """Requests in the line or at the door."""
    there = hydra.client.get("/gateway/status").json()["servers"]
    return sum(one["waiting"] + one["running"] for one in there)


@pytest.mark.parametrize(
    ("place", "goes", "comes"),
    [("before the unload", "a", "b"), ("after the unload", "b", "a"), ("before the check", "a", "b")],
)
def test_a_killed_switch_is_gone_on_from_with_what_is_really_loaded(
    hydra: Server, tabby: Halting, place: str, goes: str, comes: str
) -> None:
    done = len(tabby.happened)
    tabby.reached.clear()
    tabby.gone.clear()
    tabby.at = place
    added = hydra.client.post("/models/switch", json={"server": "tabbyapi", "model": comes}).json()
    assert tabby.reached.wait(60)
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(ask, hydra, comes, f"cut {place}")
        until(lambda: in_line(hydra))
        hydra.kill()
        tabby.at = ""
        tabby.healthy_after_s = 1.0  # a request may come before anybody has asked after the server
        tabby.gone.set()
        assert waiting.result(30) == 0  # told at once, not left hanging
        hydra.start()
        after = pool.submit(ask, hydra, comes, f"after {place}")
        item = ended(hydra, added["id"], or_held=False)
        assert after.result(90) == 200
    assert (item["state"], item["result"]["outcome"], item["result"]["loaded"]) == ("done", "changed", [comes])
    assert item["result"]["before"] == [goes]
    assert tabby.happened[done:] == [f"unload {goes}", f"load {comes}", f"loaded {comes}"]
    assert (tabby.answered.count(f"cut {place}"), tabby.answered.count(f"after {place}")) == (0, 1)
    assert hydra.client.get("/models/loaded").json()["loaded"][0]["name"] == comes == next(iter(tabby.loaded))
    past = [one for one in hydra.client.get("/models/history").json()["entries"] if one["item"] == added["id"]]
    assert [one["event"] for one in past] == ["switched", "switching"]
