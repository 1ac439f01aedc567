"""Nodes through a real server: named, trusted by a person, measured, lost and back; cards, limits, and what is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.peers import sshd
from tests.peers.sshd import Sshd
from tests.server import Server


@pytest.fixture(scope="module")
def host() -> Iterator[Sshd]:
    """A machine with two cards."""
    with sshd.running({}, {"uuid": "GPU-2", "temperature.gpu": None}) as one:
        yield one


@pytest.fixture(scope="module")
def hydra(host: Sshd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that measures that machine, trusted from its settings."""
    one = Server(tmp_path_factory.mktemp("nodes") / "data", HYDRA_NODES__GPU1=json.dumps(host.node)).start()
    until(lambda: node(one)["state"] == "up", one)
    yield one
    print(one.tail())
    one.close()


def until(found: Callable[[], Any], server: Server, seconds: float = 60) -> Any:
    """What a question answers, once it is something; the server is asked to look each time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        server.client.post("/nodes/look")
        if answer := found():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s:\n{server.client.get('/nodes').text}\n{server.tail()}")


def node(server: Server, name: str = "gpu1") -> dict[str, Any]:
    """A node as it is told."""
    found: dict[str, Any] = server.client.get(f"/nodes/{name}").raise_for_status().json()
    return found


def said(server: Server, name: str, subject: str | None = None) -> list[dict[str, Any]]:
    """The journal's entries of a name, about somebody."""
    found = server.client.get("/activity", params={"name": name}).raise_for_status().json()["events"]
    return [one for one in found if subject in (None, one["subject"])]


def test_a_node_and_its_cards_are_told_with_source_and_time(hydra: Server) -> None:
    one = until(lambda: (found := node(hydra))["cpu_percent"] and found, hydra)
    assert one["memory_total_bytes"]["source"] == "SSH"
    assert one["memory_total_bytes"]["value"] > one["memory_available_bytes"]["value"]
    assert one["source"] == "environment"
    cards = hydra.client.get("/gpus", params={"node": "gpu1"}).json()["gpus"]
    assert [(card["uuid"][:5], card["temperature_c"] and card["temperature_c"]["value"]) for card in cards] == [
        ("GPU-5", 61.0), ("GPU-2", None),
    ]  # fmt: skip
    assert cards[0]["power_max_w"] == {"value": 400.0, "at": cards[0]["power_w"]["at"], "source": "nvidia-smi over SSH"}
    assert hydra.client.get("/gpus/history", params={"node": "gpu1"}).json()["points"] != []
    (here,) = (one for one in hydra.client.get("/nodes").json()["nodes"] if one["is_local"])
    assert (here["state"], here["memory_total_bytes"]["source"]) == ("up", "this machine")


def test_a_limit_is_set_and_read_back_and_a_wrong_one_says_why(hydra: Server, host: Sshd) -> None:
    answer = hydra.client.post("/gpus/GPU-2/limit", json={"watts": 200})
    assert (answer.status_code, answer.json()["power_limit_w"]["value"]) == (200, 200.0), answer.text
    assert host.cards()[1]["power.limit"] == 200.0
    assert said(hydra, "gpus.limit_set")[0]["data"]["watts"] == 200.0
    wrong = hydra.client.post("/gpus/GPU-2/limit", json={"watts": 500})
    assert (wrong.status_code, "from 100 to 400 W" in wrong.json()["detail"]) == (422, True)
    with host.being("no-sudo"):
        denied = hydra.client.post("/gpus/GPU-2/limit", json={"watts": 300})
    assert (denied.status_code, "NOPASSWD" in denied.json()["fix"]) == (403, True)
    assert hydra.client.post("/gpus/GPU-3/limit", json={"watts": 300}).status_code == 404


def test_a_node_that_hangs_and_one_that_is_killed_are_lost_once_and_back_once(hydra: Server, host: Sshd) -> None:
    before = len(said(hydra, "nodes.lost", "gpu1"))
    memory = node(hydra)["memory_total_bytes"]["value"]
    host.kill()
    lost = until(lambda: (found := node(hydra))["state"] == "lost" and found, hydra)
    assert lost["memory_total_bytes"]["value"] == memory, "the last figure stays, with its age"
    assert all(not card["current"] for card in lost["gpus"])
    assert lost["fix"]
    for _ in range(3):
        hydra.client.post("/nodes/look")
    host.start_again()
    until(lambda: node(hydra)["state"] == "up", hydra)
    assert len(said(hydra, "nodes.lost", "gpu1")) == before + 1
    assert len(said(hydra, "nodes.back", "gpu1")) == before + 1


def test_a_driver_that_fails_leaves_the_rest_and_says_so(hydra: Server, host: Sshd) -> None:
    with host.being("fail"):
        partly = until(lambda: (found := node(hydra))["state"] == "partly" and found, hydra)
        assert "couldn't communicate with the NVIDIA driver" in partly["problem"]
        assert len(partly["gpus"]) == 2
    until(lambda: node(hydra)["state"] == "up", hydra)


def test_listeners_are_told_of_what_moved_and_of_nothing_else(hydra: Server, host: Sshd) -> None:
    heard: list[dict[str, Any]] = []
    ready = threading.Event()

    def listen() -> None:
        headers = {"Authorization": f"Bearer {hydra.token}"}
        asked = {"headers": headers, "timeout": 60, "trust_env": False}
        url = f"{hydra.url}/events/stream?topics=gpus"
        with suppress(httpx.HTTPError), httpx.stream("GET", url, **asked) as answer:
            for line in answer.iter_lines():
                ready.set()
                if line.startswith("data: "):
                    heard.append(json.loads(line[6:]))

    threading.Thread(target=listen, daemon=True).start()
    assert ready.wait(30)
    first, second = host.cards()
    until(lambda: (found := node(hydra))["state"] == "up" and found, hydra)
    host.set(first, second | {"memory.used": 20480})
    until(lambda: [one for one in heard if one["data"].get("memory_used_gib") == 20.0], hydra)
    (told,) = (one for one in heard if one["data"].get("memory_used_gib") == 20.0)
    assert (told["name"], told["id"], told["data"]["uuid"]) == ("gpus.changed", None, "GPU-2")
    assert "utilisation_percent" not in told["data"], "only what moved"
    count = len(heard)
    for _ in range(3):
        hydra.client.post("/nodes/look")
    assert len(heard) == count
    assert said(hydra, "gpus.changed") == [], "measurements are no part of the journal"


def test_a_hot_card_is_said_once(hydra: Server, host: Sshd) -> None:
    first, second = host.cards()
    for celsius in (84, 82, 85):
        host.set(first | {"temperature.gpu": celsius}, second)
        until(lambda celsius=celsius: node(hydra)["gpus"][0]["temperature_c"]["value"] == celsius, hydra)
    assert len(said(hydra, "gpus.hot")) == 1
    assert said(hydra, "gpus.hot")[0]["data"]["temperature_c"] == 84
    host.set(first | {"temperature.gpu": 60}, second)
    until(lambda: said(hydra, "gpus.cool"), hydra)


def test_a_node_is_named_its_key_is_confirmed_by_a_person_and_a_changed_one_is_refused(
    hydra: Server, host: Sshd
) -> None:
    client = hydra.client
    values = {key: value for key, value in host.node.items() if key != "host_key"}
    added = client.post("/nodes", json={"name": "second", "roles": ["gpu"], **values})
    assert added.status_code == 201, added.text
    shown = until(lambda: (found := node(hydra, "second"))["state"] == "refused" and found, hydra)
    assert (shown["host_key"], shown["expected_host_key"]) == (host.fingerprint, None)
    assert shown["memory_total_bytes"] is None
    key = client.post("/keys", json={"name": "agent", "scopes": ["write"], "kind": "agent"}).json()
    agent = {"Authorization": f"Bearer {key['token']}"}
    trust = {"fingerprint": host.fingerprint}
    asked = httpx.post(f"{hydra.url}/nodes/second/trust", json=trust, headers=agent, trust_env=False)
    assert asked.status_code == 202, "no agent confirms a host key"
    titles = [one["item"]["title"] for one in client.get("/inbox").json()["approvals"]]
    assert f"Trust second with {host.fingerprint}" in titles
    wrong = client.post("/nodes/second/trust?confirm=second", json={"fingerprint": "SHA256:" + "a" * 43})
    assert wrong.status_code == 409
    assert client.post("/nodes/second/trust?confirm=second", json=trust).json()["state"] == "up"
    left = [one["item"] for one in client.get("/inbox").json()["approvals"]]
    assert [one["title"] for one in left if one["key"]] == [], "it is not asked any more"
    before = host.fingerprint
    host.kill()
    host.start_again(with_another_key=True)
    changed = until(lambda: (found := node(hydra, "second"))["expected_host_key"] and found, hydra)
    assert (changed["state"], changed["host_key"], changed["expected_host_key"]) == (
        "refused", host.fingerprint, before,
    )  # fmt: skip
    hydra.client.post("/nodes/look")
    assert len(said(hydra, "nodes.key_changed", "second")) == 1
    assert client.post("/nodes/second/trust?confirm=second", json={"fingerprint": host.fingerprint}).is_success
    assert node(hydra, "second")["state"] == "up"
    assert client.delete("/nodes/second").is_success
    assert client.get("/nodes/second").status_code == 404


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "Bad Name", "address": "a"}, "name"),
        ({"name": "bad", "address": "a; reboot"}, "address"),
        ({"name": "bad", "address": "a", "host_key": "no"}, "host_key"),
    ],
)
def test_what_cannot_be_a_node_is_said_by_field(hydra: Server, values: dict[str, Any], field: str) -> None:
    answer = hydra.client.post("/nodes", json=values)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["problems"]] == [field]
