"""Models through a real server: what is shown, work with progress, and what a power cut in a switch leaves."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.areas.running import ended, run
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer
from tests.server import Server

KEY = "admin-key"


@pytest.fixture(scope="module")
def tabby() -> Iterator[TabbyapiPeer]:
    """One model at a time."""
    models = (Weights(name="old"), Weights(name="new"), Weights(name="slow"))
    with TabbyapiPeer(*models, gpu=Gpu(24), key=KEY, loaded="old") as one:
        yield one


@pytest.fixture(scope="module")
def ollama() -> Iterator[OllamaPeer]:
    """Several at a time."""
    with OllamaPeer(Weights(name="a:1b", gib=2, context=8192), Weights(name="b:1b", gib=3)) as one:
        one.library, one.pull_s = (Weights(name="new:1b"),), 1.0
        yield one


@pytest.fixture(scope="module")
def plain() -> Iterator[PlainPeer]:
    """One that is used as it is."""
    with PlainPeer(Weights(name="given")) as one:
        yield one


@pytest.fixture(scope="module")
def hydra(
    tabby: TabbyapiPeer, ollama: OllamaPeer, plain: PlainPeer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A Hydra with all three, which has looked at each."""
    data: Path = tmp_path_factory.mktemp("models") / "data"
    server = Server(
        data, HYDRA_TABBYAPI__URL=tabby.url, HYDRA_TABBYAPI__KEY=KEY, HYDRA_OPENAI_COMPATIBLE__URL=plain.url,
        HYDRA_OLLAMA__SERVERS=f'{{"big": "{ollama.url} node=atlas gpus=0,1"}}',
    ).start()  # fmt: skip
    until(lambda: len(got(server, "status")["servers"]) == 3)
    yield server
    print(server.tail())
    server.close()


def got(server: Server, what: str, /, **query: Any) -> Any:
    """What a path of the area tells."""
    return server.client.get(f"/models/{what}", params=query).raise_for_status().json()


def until(so: Callable[[], object]) -> None:
    """Return when it is so."""
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_servers_and_their_models_are_shown_with_what_is_unknown_left_out(hydra: Server) -> None:
    big, others, tabby = got(hydra, "status")["servers"]
    assert [one["id"] for one in (big, others, tabby)] == ["ollama:big", "openai_compatible", "tabbyapi"]
    assert (big["node"], big["gpus"], big["pulls"], big["loaded"]) == ("atlas", [0, 1], True, [])
    assert (others["loads"], others["loaded"], others["state"]) == (False, None, "there")
    models = {one["name"]: one for one in got(hydra, "available")["models"]}
    assert (models["a:1b"]["context"], models["a:1b"]["abilities"]) == (8192, ["chat", "completion", "tools"])
    assert (models["new"]["bytes"], models["new"]["abilities"], models["new"]["loaded"]) == (None, None, False)
    assert models["given"]["loaded"] is None
    loaded = got(hydra, "loaded")
    assert [(one["server"], one["name"]) for one in loaded["loaded"]] == [("tabbyapi", "old")]
    assert loaded["unknown"] == ["openai_compatible"]


def test_a_switch_is_work_and_its_past_is_told(hydra: Server, tabby: TabbyapiPeer) -> None:
    answer = hydra.client.post("/models/switch", params={"wait": 60}, json={"server": "tabbyapi", "model": "new"})
    assert (answer.json()["outcome"], answer.json()["loaded"]) == ("changed", ["new"])
    past = {one["event"]: one for one in got(hydra, "history", server="tabbyapi")["entries"]}
    assert set(past) >= {"loaded", "unloaded", "switched", "switching"}
    assert (past["switched"]["model"], past["switched"]["data"]["before"]) == ("new", ["old"])
    assert past["switched"]["item"]
    assert list(tabby.loaded) == ["new"]
    item = run(hydra, "models.switch", server="openai_compatible", model="given")
    assert (item["state"], item["error"]["code"]) == ("failed", "invalid")


def test_a_model_is_loaded_beside_and_one_is_fetched_with_its_progress(hydra: Server, ollama: OllamaPeer) -> None:
    for name in ("a:1b", "b:1b"):
        assert run(hydra, "models.load", server="ollama:big", model=name)["state"] == "done"
    assert [one["gpu_gib"] for one in got(hydra, "loaded", server="ollama:big")["loaded"]] == [2.0, 3.0]
    assert run(hydra, "models.unload", server="ollama:big")["result"]["unloaded"] == ["a:1b", "b:1b"]
    added = hydra.client.post("/models/pull", json={"server": "ollama:big", "model": "new:1b"}).json()
    until(lambda: (hydra.client.get(f"/queue/{added['id']}").json()["progress"] or {}).get("fraction"))
    assert ended(hydra, added["id"])["state"] == "done"
    assert "new:1b" in {one["name"] for one in got(hydra, "available")["models"]}


def test_what_is_idle_is_really_unloaded_by_rule_and_at_once_and_what_is_pinned_stays(
    hydra: Server, ollama: OllamaPeer
) -> None:
    for name in ("a:1b", "b:1b"):
        assert run(hydra, "models.load", server="ollama:big", model=name)["state"] == "done"
    pinned, other = {"server": "ollama:big", "model": "b:1b"}, {"server": "tabbyapi", "model": "new"}
    for one in (pinned, other):
        hydra.client.post("/gpus/pin", json=one).raise_for_status()
    rules = [{"server": "ollama:*", "model": "*", "idle_minutes": 0.001}]
    hydra.client.put("/gpus/idle-rules", json={"rules": rules}).raise_for_status()
    until(lambda: list(ollama.loaded) == ["b:1b"])
    unloads = hydra.client.get("/queue", params={"operation": "models.unload"}).json()["items"]
    assert any(one["title"].startswith("Unload a:1b on ollama:big: unused for") for one in unloads)
    hydra.client.put("/gpus/idle-rules", json={"rules": []}).raise_for_status()
    assert hydra.client.post("/gpus/unload-idle", json={}).json()["models"] == []  # as presence asks for it
    hydra.client.post("/gpus/unpin", json=pinned).raise_for_status()
    asked = hydra.client.post("/gpus/unload-idle", json={}).json()
    assert asked["models"] == ["b:1b on ollama:big"]
    assert ended(hydra, asked["items"][0])["result"]["unloaded"] == ["b:1b"]
    assert list(ollama.loaded) == []
    hydra.client.post("/gpus/unpin", json=other).raise_for_status()


def test_a_server_that_is_lost_is_told_once(hydra: Server) -> None:
    with PlainPeer(Weights(name="brief")) as brief:  # no Ollama: its answers make no sense
        hydra.client.put("/integrations/ollama", json={"values": {"url": brief.url}}).raise_for_status()
        until(lambda: "lost" in [one["state"] for one in got(hydra, "status", server="ollama")["servers"]])
        looked = got(hydra, "status", server="ollama:big")["servers"][0]["looked_at"]
        until(lambda: got(hydra, "status", server="ollama:big")["servers"][0]["looked_at"] > looked)
    assert [one["event"] for one in got(hydra, "history", server="ollama")["entries"]] == ["lost"]
    check = next(one for one in hydra.client.get("/health").json()["checks"] if one["name"] == "models")
    assert (check["status"], check["detail"]) == ("warn", "Not answering: Ollama.")
    hydra.client.put("/integrations/ollama", json={"values": {"url": None}}).raise_for_status()
    until(lambda: len(got(hydra, "status")["servers"]) == 3)


def test_a_power_cut_in_the_middle_of_a_switch_is_gone_on_from(hydra: Server, tabby: TabbyapiPeer) -> None:
    before = len(tabby.happened)
    tabby.gate.clear()
    added = hydra.client.post("/models/switch", json={"server": "tabbyapi", "model": "slow"}).json()
    until(lambda: "load slow" in tabby.happened[before:])
    hydra.kill()
    hydra.start()
    assert tabby.loaded == {}
    tabby.gate.set()
    item = ended(hydra, added["id"], or_held=False)
    assert (item["state"], item["result"]["loaded"]) == ("done", ["slow"])
    assert tabby.happened[before:].count("loaded slow") == 1
    assert item["result"]["before"] == ["new"]
