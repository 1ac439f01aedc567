"""Servers with OpenAI's interface: each is recognised and asked in its own way; a plain one is left as it is."""

import asyncio
import json
from typing import Any

import pytest

from hydra_lab.integrations.openai_compatible import INTEGRATION, OpenaiCompatible, OpenaiCompatibleSettings
from hydra_lab.kernel.capabilities import Ability, LoadOptions, ModelServer
from hydra_lab.kernel.errors import Invalid, NotFound, Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.openai_servers import (
    LlamaRouterPeer,
    LlamaSwapPeer,
    LmStudioPeer,
    PlainPeer,
    VllmPeer,
)
from tests.peers.model_servers.serving_models import ModelPeer, Weights

MODELS = (Weights(name="org/a", gib=4, load_s=0.05), Weights(name="b", gib=8), Weights(name="bad", fails="bad magic"))
STEERED = [LlamaSwapPeer, LlamaRouterPeer, LmStudioPeer]


def served(peer: ModelPeer, **more: Any) -> ModelServer:
    """A stand-in, as areas know it."""
    settings = OpenaiCompatibleSettings.model_validate({"url": f"{peer.url}/v1", **more})
    [one] = OpenaiCompatible(settings, HttpClient(timeout_s=5)).servers()
    return one


def names(server: ModelServer) -> list[str]:
    """What is loaded."""
    return [one.name for one in server.loaded() or ()]


@pytest.mark.parametrize("kind", STEERED)
def test_one_that_loads_and_unloads_is_asked_to(kind: type[ModelPeer]) -> None:
    with kind(*MODELS) as peer:
        server = served(peer)
        assert (server.loads, server.swaps, server.pulls) == (True, True, False)
        assert [one.name for one in server.models()] == ["b", "bad", "org/a"]
        list(server.load("org/a"))
        list(server.load("org/a"))
        assert names(server) == ["org/a"]
        server.unload("org/a")
        server.unload("org/a")
        assert names(server) == []
        with pytest.raises(Refused):
            list(server.load("bad"))
        with pytest.raises(NotFound):
            list(server.load("none"))
        assert peer.gpu.used_gib == 0


def test_a_router_tells_of_a_loaded_model_the_context_it_was_started_with() -> None:
    with LlamaRouterPeer(*MODELS, loaded="b") as peer:
        told = {one.name: (one.context, one.bytes) for one in served(peer).models()}
    assert (told["b"], told["org/a"]) == ((4096, 8 << 30), (None, None))


def test_an_older_llama_swap_is_asked_to_unload_everything() -> None:
    with LlamaSwapPeer(*MODELS, loaded="b") as peer:
        peer.old = True
        server = served(peer)
        server.unload("b")
        assert names(server) == []


def test_what_does_not_fit_is_said() -> None:
    for kind in STEERED:
        with kind(Weights(name="a", gib=30), gpu=Gpu(24)) as peer, pytest.raises(Refused):
            list(served(peer).load("a"))


def test_lm_studio_tells_what_a_model_is_and_takes_a_context() -> None:
    with LmStudioPeer(*MODELS, Weights(name="vectors", embeds=True)) as peer:
        server = served(peer)
        found = {one.name: one for one in server.models()}
        assert (found["b"].quantisation, found["b"].parameters) == ("Q4_K_M", "7B")
        assert found["b"].abilities == {Ability.CHAT, Ability.COMPLETION, Ability.TOOLS}
        assert found["vectors"].abilities is not None
        assert Ability.EMBEDDINGS in found["vectors"].abilities
        list(server.load("b", LoadOptions(context=1024)))
        assert json.loads(peer.asked[-1].body) == {"model": "b", "context_length": 1024}


def test_a_plain_server_is_used_as_it_was_started() -> None:
    with PlainPeer(*MODELS[:1]) as peer:
        server = served(peer)
        assert (server.loads, server.swaps, server.loaded()) == (False, False, None)
        with pytest.raises(Invalid):
            list(server.load("org/a"))
        with pytest.raises(Invalid):
            server.unload("org/a")
        with pytest.raises(Invalid):
            list(server.pull("org/a"))
        [model] = server.models()
        assert (model.context, model.abilities, model.bytes) == (None, None, None)


def test_vllm_tells_its_version_its_context_and_that_its_model_is_loaded() -> None:
    with VllmPeer(*MODELS[:1]) as peer:
        settings = OpenaiCompatibleSettings.model_validate({"url": peer.url})
        probe = INTEGRATION.probe(settings, HttpClient(timeout_s=5))
        assert (probe.detail, probe.version) == ("vLLM", "0.11.2")
        server = served(peer)
        assert [one.context for one in server.models()] == [4096]
        assert names(server) == ["org/a"]


def test_one_that_was_away_is_recognised_once_it_is_probed() -> None:
    http, settings = HttpClient(timeout_s=1), OpenaiCompatibleSettings.model_validate({"url": "http://127.0.0.1:9"})
    backend = OpenaiCompatible(settings, http)
    assert [one.loads for one in backend.servers()] == [False]
    with pytest.raises(Unavailable):
        INTEGRATION.probe(settings, http)
    with LlamaSwapPeer(*MODELS) as peer:
        here = OpenaiCompatibleSettings.model_validate({"url": peer.url})
        here.found.update(settings.found)
        assert [one.loads for one in OpenaiCompatible(here, http).servers()] == [False]
        INTEGRATION.probe(here, http)
        assert [one.loads for one in OpenaiCompatible(here, http).servers()] == [True]


def test_a_request_carries_the_server_s_key_and_not_the_caller_s() -> None:
    with PlainPeer(*MODELS[:1], key="sk-lab") as peer:
        server = served(peer, key="sk-lab")
        body = b'{"model": "org/a", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 2}'

        async def asked() -> tuple[int, bytes]:
            headers = {"Authorization": "Bearer sk-of-hydra", "content-type": "application/json"}
            async with server.send("/v1/chat/completions", body, headers, silence_s=5) as answer:
                return answer.status, b"".join([chunk async for chunk in answer.chunks()])

        status, content = asyncio.run(asked())
        assert (status, json.loads(content)["choices"][0]["message"]["content"]) == (200, "word1 word2 ")
        assert peer.asked[-1].headers["authorization"] == "Bearer sk-lab"
        assert peer.asked[-1].body == body
