"""A real llama.cpp router behind a whole Hydra: listed, switched, asked through the gateway, left by its callers."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.areas.running import run
from tests.peers.llama_server import running
from tests.server import Server

HELLO = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 8}


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """Where it answers."""
    with running() as url:
        yield url


@pytest.fixture(scope="module")
def hydra(llama: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra with it."""
    server = Server(tmp_path_factory.mktemp("llama") / "data", HYDRA_OPENAI_COMPATIBLE__URL=llama).start()
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


def ask(hydra: Server, path: str, **body: Any) -> httpx.Response:
    """Ask through the gateway."""
    return hydra.client.post(f"/v1/{path}", json=body, timeout=60)


def names(hydra: Server) -> list[str]:
    """What is in memory."""
    return [one["name"] for one in hydra.client.get("/models/loaded").json()["loaded"]]


def switched(hydra: Server, model: str) -> dict[str, Any]:
    """What became of a switch."""
    return run(hydra, "models.switch", server="openai_compatible", model=model)


def test_it_is_recognised_and_lists_what_it_has(hydra: Server) -> None:
    status = hydra.client.get("/integrations/openai_compatible").json()
    assert (status["status"], status["detail"]) == ("connected", "llama.cpp router")
    [server] = hydra.client.get("/models/status").json()["servers"]
    assert (server["loads"], server["swaps"], server["holds_many"], server["loaded"]) == (True, True, True, [])
    assert {one["id"] for one in ask_names(hydra)} >= {"tiny", "other", "embed"}


def ask_names(hydra: Server) -> list[dict[str, Any]]:
    """What the gateway offers."""
    found: list[dict[str, Any]] = hydra.client.get("/v1/models").json()["data"]
    return found


def test_a_switch_goes_there_and_back_where_the_file_is_broken(hydra: Server) -> None:
    assert switched(hydra, "tiny")["result"]["loaded"] == ["tiny"]
    assert switched(hydra, "other")["result"]["loaded"] == ["other"]
    item = switched(hydra, "broken")
    assert item["error"]["detail"] == (
        "broken was not loaded on OpenAI-compatible: OpenAI-compatible could not load broken: its process ended with "
        "exit code 1. other is loaded, as before."
    )
    assert names(hydra) == ["other"]
    model = next(one for one in hydra.client.get("/models/available").json()["models"] if one["name"] == "other")
    assert (model["context"], model["bytes"] > 100_000) == (512, True)  # what it was started with, not trained for


def test_it_answers_chat_completions_and_vectors_whole_and_as_a_stream(hydra: Server) -> None:
    said = ask(hydra, "chat/completions", model="tiny", **HELLO).raise_for_status().json()
    assert (said["model"], said["usage"]["completion_tokens"]) == ("tiny", 8)
    assert (
        ask(hydra, "completions", model="tiny", prompt="Hello", max_tokens=3).json()["usage"]["completion_tokens"] == 3
    )
    lines = ask(hydra, "chat/completions", model="tiny", stream=True, **HELLO).text.strip().split("\n\n")
    assert lines[-1] == "data: [DONE]"
    pieces = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert "".join(one["choices"][0]["delta"].get("content") or "" for one in pieces if one["choices"])
    vectors = ask(hydra, "embeddings", model="embed", input=["one", "two"]).raise_for_status().json()["data"]
    assert [len(one["embedding"]) for one in vectors] == [64, 64]
    long = ask(hydra, "chat/completions", model="tiny", messages=[{"role": "user", "content": "Hello " * 3000}])
    assert (long.status_code, long.json()["error"]["type"]) == (400, "exceed_context_size_error")


def test_a_caller_who_leaves_ends_it_there_too(hydra: Server, llama: str) -> None:
    def busy() -> bool:
        slots = httpx.get(f"{llama}/slots", params={"model": "tiny"}, trust_env=False, timeout=10).json()
        return any(one["is_processing"] for one in slots)

    endless = HELLO | {"max_tokens": 100_000, "ignore_eos": True, "model": "tiny", "stream": True}
    with hydra.client.stream("POST", "/v1/chat/completions", json=endless) as answer:
        next(answer.iter_bytes())
    until(lambda: not busy())
    assert hydra.client.get("/models/status").json()["servers"][0]["requests"] == 0
