"""Where live events come from: each source is asked once for all listeners, sends what changes, and is lost once."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.integrations.alertmanager import harness as alertmanager
from tests.integrations.faults import Fault, StandIn
from tests.integrations.prometheus import harness as prometheus
from tests.server import Server

LISTENERS = 12
POLLS = {"Alertmanager": ("/api/v2/alerts", 15.0), "Prometheus": ("/api/v1/query", 10.0)}


def until(server: Server, found: Any, seconds: float = 60) -> Any:
    """What a question answers, once it is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError(server.client.get("/events/sources").text + server.tail())


def source(server: Server, name: str) -> dict[str, Any]:
    """How a source is said to be."""
    told = server.client.get("/events/sources").raise_for_status().json()["sources"]
    return next((one for one in told if one["name"] == name), {"state": "absent"})


def said(server: Server, *names: str) -> list[str]:
    """Which of some events there were, oldest first."""
    found = server.client.get("/activity", params={"name": names}).raise_for_status().json()["events"]
    return [one["name"] for one in reversed(found)]


def look_now(server: Server) -> None:
    """Have what is polled be asked at once."""
    server.client.post("/integrations/alertmanager/test").raise_for_status()
    server.client.post("/nodes/look").raise_for_status()


class Listener(threading.Thread):
    """Somebody who follows the stream; what was told is in ``frames``."""

    def __init__(self, server: Server, *topics: str) -> None:
        super().__init__(daemon=True)
        self.server, self.topics = server, topics
        self.joined = threading.Event()
        self.frames: list[dict[str, Any]] = []

    def run(self) -> None:
        """Until the server ends."""
        wanted, headers = {"topics": list(self.topics)}, dict(self.server.client.headers)
        with (
            httpx.Client(base_url=self.server.url, headers=headers, timeout=None, trust_env=False) as client,
            client.stream("GET", "/events/stream", params=wanted) as response,
        ):
            self.joined.set()
            try:
                for line in response.iter_lines():
                    if line.startswith("data:"):
                        self.frames.append(json.loads(line[5:]))
            except httpx.HTTPError:
                return

    def names(self) -> list[str]:
        """What was told, by name."""
        return [one["name"] for one in self.frames]


@pytest.fixture(scope="module")
def peers() -> Iterator[dict[str, StandIn]]:
    """Two systems that are polled."""
    with ExitStack() as stack:
        yield {
            "Alertmanager": stack.enter_context(StandIn(alertmanager.answer)),
            "Prometheus": stack.enter_context(StandIn(prometheus.answer)),
        }


@pytest.fixture(scope="module")
def hydra(peers: dict[str, StandIn], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that polls them."""
    variables = {
        "HYDRA_ALERTMANAGER__URL": peers["Alertmanager"].url, "HYDRA_ALERTMANAGER__USERNAME": "hydra",
        "HYDRA_ALERTMANAGER__PASSWORD": alertmanager.PASSWORD, "HYDRA_PROMETHEUS__URL": peers["Prometheus"].url,
        "HYDRA_PROMETHEUS__TOKEN": prometheus.TOKEN,
    }  # fmt: skip
    server = Server(tmp_path_factory.mktemp("sources") / "data", **variables).start()
    try:
        for name in POLLS:
            until(server, lambda name=name: source(server, name)["state"] == "there")
        yield server
        print(server.tail())
    finally:
        server.close()


def asked(peer: StandIn, path: str) -> int:
    """How often a system was asked for something; what is asked in several questions counts by the first."""
    every = [one for one in list(peer.asked) if one.path == path]
    first = every[0].body if every else b""
    return sum(one.body == first for one in every)


def test_a_source_is_asked_once_for_all_listeners_and_only_changes_are_sent(
    hydra: Server, peers: dict[str, StandIn]
) -> None:
    listeners = [Listener(hydra, "alerts", "nodes", "gpus", "containers", "presence") for _ in range(LISTENERS)]
    for one in listeners:
        one.start()
    assert all(one.joined.wait(10) for one in listeners)
    before, begun = {name: asked(peers[name], path) for name, (path, _) in POLLS.items()}, time.monotonic()
    until(hydra, lambda: all(asked(peers[name], path) > before[name] for name, (path, _) in POLLS.items()))
    took_s = time.monotonic() - begun
    for name, (path, every_s) in POLLS.items():
        assert asked(peers[name], path) - before[name] <= took_s / every_s + 2, f"{name} within {took_s:.0f} s"
    for one in listeners:
        assert not {"alerts.fired", "alerts.resolved"} & set(one.names()), "the same alert is no news"
        last: dict[tuple[str, str], Any] = {}
        for frame in one.frames:
            key = (frame["name"], frame["subject"])
            assert last.get(key) != frame["data"], f"{key} was told though it had not changed"
            last[key] = frame["data"]
    assert hydra.client.get("/events/sources").json()["listeners"] >= LISTENERS


def test_a_source_that_is_lost_is_one_event_and_a_marked_tile(hydra: Server, peers: dict[str, StandIn]) -> None:
    listener = Listener(hydra, "alerts", "nodes")
    listener.start()
    assert listener.joined.wait(10)
    peers["Alertmanager"].fault, peers["Prometheus"].fault = Fault.BROKEN, Fault.GARBAGE
    look_now(hydra)
    for name in POLLS:
        until(hydra, lambda name=name: source(hydra, name)["state"] == "lost")
        assert source(hydra, name)["lost_at"]
        assert source(hydra, name)["heard_at"], "when it answered last stays known"
    home = hydra.client.get("/ui", follow_redirects=True).text
    assert "Alertmanager does not answer." in home
    assert "None fires" not in home, "unknown is not zero"
    for one in peers.values():
        one.fault = None
    look_now(hydra)
    for name in POLLS:
        until(hydra, lambda name=name: source(hydra, name)["state"] == "there")
    names = ("alerts.source_lost", "alerts.source_back", "nodes.metrics_lost", "nodes.metrics_back")
    until(hydra, lambda: {*names} <= {*listener.names()})
    assert [listener.names().count(one) for one in names] == [1, 1, 1, 1]
    assert sorted(said(hydra, *names)) == sorted(names)


def test_the_topic_queue_is_all_that_tells_of_work(hydra: Server) -> None:
    listener = Listener(hydra, "queue")
    listener.start()
    assert listener.joined.wait(10)
    hydra.client.post("/queue", json={"operation": "docs.api"}).raise_for_status()
    until(hydra, lambda: {"items.created", "items.started", "items.done"} <= {*listener.names()})
    assert {one.partition(".")[0] for one in listener.names()} <= {"items", "approvals", "schedules", "control"}
