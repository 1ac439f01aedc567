"""The gateway before TabbyAPI, as its server behaves: models are switched for those who ask."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.areas.gateway.backend import until
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer
from tests.server import Server

KEY = "admin-key"
MODELS = (Weights(name="old", gib=14), Weights(name="new", gib=20), Weights(name="broken", gib=4, fails="bad file"))


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra with a TabbyAPI that has ``old`` loaded."""
    with TabbyapiPeer(*MODELS, gpu=Gpu(24), key=KEY, loaded="old") as peer:
        reached = {"HYDRA_TABBYAPI__URL": peer.url, "HYDRA_TABBYAPI__KEY": KEY}
        one = Server(tmp_path_factory.mktemp("tabby") / "data", **reached).start()
        try:
            until(lambda: one.client.get("/integrations/tabbyapi").json()["status"] == "connected")
            yield one
            print(one.tail())
        finally:
            one.close()


def ask(hydra: Server, model: str) -> httpx.Response:
    """A question."""
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    return hydra.client.post("/v1/chat/completions", json=body, timeout=90)


def test_models_are_switched_for_requests_and_a_failed_one_leaves_the_old_one(hydra: Server) -> None:
    assert ask(hydra, "old").status_code == 200
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda model: ask(hydra, model), ["new", "old"] * 3))
    assert [one.status_code for one in answers] == [200] * 6, [one.text for one in answers]
    refused = ask(hydra, "broken")
    assert refused.status_code == 502
    assert "bad file" in refused.json()["error"]["message"]
    assert ask(hydra, "old").status_code == 200
