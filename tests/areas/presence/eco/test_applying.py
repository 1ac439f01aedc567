"""A state applied to real cards behind a real SSH server: limits, lanes, running work, crashes, a node that is gone."""

import fcntl
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.containers.waiting import until
from tests.areas.presence.waiting import applied, events, status
from tests.integrations.faults import Reply, StandIn
from tests.peers import sshd
from tests.peers.sshd import Sshd
from tests.server import Server

TWO = ({"uuid": "GPU-A"}, {"uuid": "GPU-B", "power.min_limit": 150.0})
PLAN: dict[str, Any] = {
    "profiles": {
        "home": {"watts": 450}, "away": {"watts": 120}, "sleep": {"watts": 120, "heavy_lanes": "closed"},
        "vacation": {},
    },
    "cooldown_s": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def cards() -> Iterator[Sshd]:
    """Two cards of 350 W behind one SSH server."""
    with sshd.running(*TWO) as one:
        yield one


@pytest.fixture(scope="module")
def running(cards: Sshd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that reaches them."""
    server = Server(
        tmp_path_factory.mktemp("eco") / "data", HYDRA_NODES__ATLAS=json.dumps(cards.node),
        HYDRA_HTTP__ALLOWED_HOSTS="127.0.0.1",
    ).start()  # fmt: skip
    yield server
    print(server.tail())
    server.close()


@pytest.fixture
def hydra(running: Server, cards: Sshd) -> Server:
    """The same, at home, where every card is as it was."""
    running.client.put("/presence/plan", json=PLAN).raise_for_status()
    be(running, "home")
    applied(running)
    until(lambda: limits(cards) == [350.0, 350.0])
    return running


def be(server: Server, state: str) -> dict[str, Any]:
    """Say which state it is."""
    found: dict[str, Any] = server.client.post("/presence/set", json={"state": state}).raise_for_status().json()
    return found


def limits(cards: Sshd) -> list[float]:
    """The limits in force, read while nobody writes them."""
    with (cards.folder / "gpus.json").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return [one["power.limit"] for one in json.load(file)]


def busy(server: Server, url: str) -> str:
    """Work that runs in the lane of models until its server answers; its id."""
    item = server.client.post(
        "/queue", json={"operation": "http.call", "input": {"url": url, "timeout_s": 60}, "lane": "inference"}
    ).raise_for_status().json()  # fmt: skip
    until(lambda: server.client.get(f"/queue/{item['id']}").json()["state"] == "running")
    return str(item["id"])


def test_every_card_is_limited_within_its_own_bounds_and_put_back(hydra: Server, cards: Sshd) -> None:
    be(hydra, "away")
    told = applied(hydra)
    assert limits(cards) == [120.0, 150.0]
    assert [(one["before_w"], one["now_w"], one["outcome"]) for one in told["cards"]] == [
        (350.0, 120.0, "set"), (350.0, 150.0, "set")
    ]  # fmt: skip
    assert "outside of its own bounds, 150 to 400 W" in told["cards"][1]["detail"]
    assert {one["before_w"] for one in status(hydra)["cards"]} == {350.0}
    be(hydra, "home")
    applied(hydra)
    assert limits(cards) == [350.0, 350.0]
    assert status(hydra)["cards"] == []
    noted = [one["name"] for one in events(hydra, "presence.limiting", "presence.limited")]
    assert noted == ["presence.limiting", "presence.limited"] * 4


def test_nothing_changes_under_running_work_and_no_more_is_started(hydra: Server, cards: Sshd) -> None:
    answer = Reply(json={})

    def slow(_: object) -> Reply:
        until(lambda: done)
        return answer

    done: list[int] = []
    with StandIn(slow) as server:
        running = busy(hydra, server.url)
        tried = hydra.client.post("/presence/test", json={"state": "away"}).json()
        assert len(tried["waits_for"]) == 1
        item = be(hydra, "away")["last"]["item"]
        until(lambda: "inference" in str(hydra.client.get(f"/queue/{item}").json().get("progress")))
        assert limits(cards) == [350.0, 350.0]
        late = hydra.client.post(
            "/queue", json={"operation": "maintenance.run", "input": {"action": "disk_check"}, "lane": "inference"}
        ).json()  # fmt: skip
        assert hydra.client.get(f"/queue/{late['id']}").json()["state"] == "held"
        assert limits(cards) == [350.0, 350.0]
        done.append(1)
        applied(hydra)
    assert limits(cards) == [120.0, 150.0]
    assert hydra.client.get(f"/queue/{running}").json()["state"] == "done"
    until(lambda: hydra.client.get(f"/queue/{late['id']}").json()["state"] == "done")  # the lane is open again


def test_a_crash_in_between_loses_nothing_of_what_was_before(hydra: Server, cards: Sshd) -> None:
    be(hydra, "away")
    until(lambda: limits(cards)[0] == 120.0)
    hydra.kill()
    hydra.start()
    applied(hydra)
    assert limits(cards) == [120.0, 150.0]
    be(hydra, "vacation")  # which leaves everything as it was
    applied(hydra)
    assert limits(cards) == [350.0, 350.0]


def test_heavy_lanes_are_closed_and_a_persons_pause_is_left_alone(hydra: Server) -> None:
    hydra.client.post("/control/pause", json={"lane": "gpu:atlas:0", "reason": "new fan"}).raise_for_status()
    be(hydra, "sleep")
    assert applied(hydra)["lanes_closed"] == ["inference"]
    be(hydra, "home")
    applied(hydra)
    left = [(one["value"], one["hold"]["detail"]) for one in hydra.client.get("/control").json()["pauses"]]
    assert left == [("gpu:atlas:0", "Lane gpu:atlas:0 is paused: new fan")]


def test_idle_models_are_unloaded_where_a_state_says_so(hydra: Server) -> None:
    hydra.client.put("/presence/plan/vacation", json={"idle_models": "unload"}).raise_for_status()
    be(hydra, "vacation")
    applied(hydra)
    wanted = {"operation": "gpus.unload_idle"}
    until(lambda: [one["state"] for one in hydra.client.get("/queue", params=wanted).json()["items"]] == ["done"])


def test_eco_mode_turned_off_puts_everything_back(hydra: Server, cards: Sshd) -> None:
    be(hydra, "away")
    applied(hydra)
    hydra.client.put("/presence/plan", json=PLAN | {"eco": False}).raise_for_status()
    until(lambda: limits(cards) == [350.0, 350.0])


def test_what_does_not_work_is_told_for_each_card_and_done_once_it_can_be(hydra: Server, cards: Sshd) -> None:
    with cards.being("no-sudo"):
        be(hydra, "away")
        told = applied(hydra, "failed")
        assert [one["outcome"] for one in told["cards"]] == ["failed", "failed"]
        assert "a password is required" in told["cards"][0]["detail"]
        item = status(hydra)["last"]["item"]
        until(lambda: hydra.client.get(f"/queue/{item}").json()["state"] == "failed")
    hydra.client.post("/presence/apply", params={"wait": 60}).raise_for_status()
    assert limits(cards) == [120.0, 150.0]
    be(hydra, "home")
    applied(hydra)


def test_a_node_that_is_gone_holds_its_own_cards_and_no_others(cards: Sshd, tmp_path: Any) -> None:
    cards.set({"uuid": "GPU-A"})
    gone = cards.node | {"port": 1}
    server = Server(
        tmp_path / "data", HYDRA_NODES__ATLAS=json.dumps(cards.node), HYDRA_NODES__BOREAS=json.dumps(gone)
    ).start()  # fmt: skip
    try:
        server.client.put("/presence/plan", json=PLAN).raise_for_status()
        begun = time.monotonic()
        be(server, "away")
        told = applied(server, "in part")
        assert [(one["node"], one["outcome"]) for one in told["cards"]] == [("atlas", "set"), ("boreas", "failed")]
        assert limits(cards) == [120.0]
        assert "1 of 2 are as they should be" in told["detail"]
        item = server.client.get(f"/queue/{status(server)['last']['item']}").json()
        assert time.monotonic() - begun < 60
        until(lambda: server.client.get(f"/queue/{item['id']}").json()["attempts"] > 1)
        assert applied(server, "in part")["cards"][0]["outcome"] == "set", "a later try does not hide what was done"
        tried = server.client.post("/presence/test", json={"state": "home"}).json()
        assert list(tried["unreached"]) == ["boreas"]
    finally:
        server.close()
