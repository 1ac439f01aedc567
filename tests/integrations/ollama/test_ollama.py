"""Ollama: what it has and holds, loading and unloading, fetching with its progress."""

from collections.abc import Iterator

import pytest

from hydra_lab.integrations.ollama.capabilities import Ollama, OllamaServer
from hydra_lab.integrations.ollama.settings import OllamaSettings
from hydra_lab.kernel.capabilities import Ability, LoadOptions
from hydra_lab.kernel.errors import NotFound, Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.serving_models import Weights

GIB = 1024**3


@pytest.fixture
def peer() -> Iterator[OllamaPeer]:
    """A server with three models on a card of 10 GiB."""
    models = (Weights(name="qwen3:8b", gib=6, context=32768), Weights(name="huge:70b", gib=40),
              Weights(name="nomic:v1", gib=0.5, embeds=True))  # fmt: skip
    with OllamaPeer(*models, gpu=Gpu(10)) as one:
        yield one


@pytest.fixture
def server(peer: OllamaPeer) -> OllamaServer:
    """It, as areas know it."""
    [one] = Ollama(OllamaSettings(url=peer.url), HttpClient(timeout_s=5)).servers()
    return one


def test_its_models_are_told_with_what_they_can_do(peer: OllamaPeer, server: OllamaServer) -> None:
    huge, nomic, qwen = server.models()
    assert (qwen.name, qwen.bytes, qwen.quantisation, qwen.parameters) == ("qwen3:8b", 6 * GIB, "Q4_K_M", "7.2B")
    assert (qwen.context, qwen.family) == (32768, "llama")
    assert qwen.abilities == {Ability.CHAT, Ability.COMPLETION, Ability.TOOLS}
    assert nomic.abilities == {Ability.EMBEDDINGS}
    server.models()
    assert len([one for one in peer.asked if one.path == "/api/show"]) == 3  # each is asked about once
    assert huge.digest


def test_a_model_is_loaded_with_a_context_and_unloaded(peer: OllamaPeer, server: OllamaServer) -> None:
    assert [one.message for one in server.load("qwen3:8b", LoadOptions(context=8192))] == ["loading qwen3:8b"]
    [one] = server.loaded()
    assert (one.name, one.gpu_bytes, one.context) == ("qwen3:8b", 6 * GIB, 8192)
    server.unload("qwen3:8b")
    server.unload("qwen3:8b")
    assert server.loaded() == []
    assert peer.happened == ["load qwen3:8b", "loaded qwen3:8b", "unload qwen3:8b"]


def test_a_model_for_embeddings_is_loaded_too(server: OllamaServer) -> None:
    list(server.load("nomic:v1"))
    assert [one.name for one in server.loaded()] == ["nomic:v1"]


def test_what_does_not_load_is_said(server: OllamaServer) -> None:
    with pytest.raises(Refused, match="out of memory"):
        list(server.load("huge:70b"))
    with pytest.raises(NotFound):
        list(server.load("none:1b"))


def test_a_model_is_fetched_with_the_bytes_of_all_its_layers(peer: OllamaPeer, server: OllamaServer) -> None:
    peer.library = (Weights(name="new:1b"),)
    told = [(one.done, one.total) for one in server.pull("new:1b") if one.unit == "bytes"]
    assert told == [(2000, 4000), (4000, 4000), (4500, 5000), (5000, 5000), (5000, 5000), (5000, 5000)]
    assert "new:1b" in [one.name for one in server.models()]


def test_fetching_fails_aloud(peer: OllamaPeer, server: OllamaServer) -> None:
    with pytest.raises(NotFound):
        list(server.pull("none:1b"))
    peer.library, peer.pull_ends_after = (Weights(name="new:1b"),), 3
    with pytest.raises(Unavailable):
        list(server.pull("new:1b"))
