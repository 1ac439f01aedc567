"""A switch that a worker carries out waits for requests of the server's process, and those that come wait for it."""

import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.areas.running import ended
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer
from tests.server import HYDRA, Server, environment

KEY = "admin-key"


@contextmanager
def worker(data: Path, **variables: str) -> Iterator[None]:
    """Another process on the same database, which alone changes models."""
    command = [str(HYDRA), "worker", "--lanes", "models=2", "--node", "attic", "--data", str(data)]
    process = subprocess.Popen(command, env=environment(**variables), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert "attic works on models" in process.stdout.readline()
        yield
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def ask(server: Server, model: str, tokens: int = 1) -> httpx.Response:
    """Ask through the gateway."""
    body = {"model": model, "max_tokens": tokens, "messages": [{"role": "user", "content": "Hi"}]}
    return server.client.post("/v1/chat/completions", json=body, timeout=90)


def until(so: Callable[[], object]) -> None:
    """Return when it is so."""
    deadline = time.monotonic() + 60
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_switches_no_model_under_a_request_of_the_server(
    make_server: Callable[..., Server], postgres_url: str, tmp_path: Path
) -> None:
    models = Weights(name="a", gib=14, tokens_per_s=100), Weights(name="b", gib=20, tokens_per_s=100)
    with TabbyapiPeer(*models, gpu=Gpu(24), key=KEY, loaded="a") as peer:
        reached = {
            "HYDRA_DATABASE_URL": postgres_url, "HYDRA_TABBYAPI__URL": peer.url, "HYDRA_TABBYAPI__KEY": KEY,
            "HYDRA_LANES__MODELS": "0",
        }  # fmt: skip
        server = make_server(HYDRA_NODE="first", **reached).start()
        reached["HYDRA_KEY_FILE"] = str(server.data / "key")
        with worker(tmp_path / "attic", **reached), ThreadPoolExecutor(2) as pool:
            assert ask(server, "a").status_code == 200
            running = pool.submit(ask, server, "a", 300)  # three seconds
            until(lambda: peer.running.get("a"))
            added = server.client.post("/models/switch", json={"server": "tabbyapi", "model": "b"}).json()
            waiting = pool.submit(ask, server, "b")
            item = ended(server, added["id"], or_held=False)
            assert (item["state"], item["result"]["requests_cut"]) == ("done", 0)
            assert running.result(60).json()["usage"]["completion_tokens"] == 300
            assert waiting.result(60).json()["model"] == "b"
    assert peer.unloaded_under == []
