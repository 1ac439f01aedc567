"""Several servers of each kind on several nodes: told apart by name, and one that goes away comes back as the same."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from hydra_lab.areas.models import AREA
from hydra_lab.areas.models.looking import look
from hydra_lab.integrations.ollama import INTEGRATION as OLLAMA
from hydra_lab.integrations.tabbyapi import INTEGRATION as TABBYAPI
from hydra_lab.kernel.http import HttpClient
from tests.integrations.faults import Fault
from tests.lab import Lab
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.serving_models import ModelPeer, Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer

KEY = "admin-key"
Peers = dict[str, ModelPeer]


@pytest.fixture
def peers() -> Iterator[Peers]:
    """Two Ollamas with the same model, two TabbyAPIs."""
    with ExitStack() as stack:
        yield {
            "big": stack.enter_context(OllamaPeer(Weights(name="m:1b", gib=2), gpu=Gpu(48), loaded="m:1b")),
            "small": stack.enter_context(OllamaPeer(Weights(name="m:1b", gib=2), gpu=Gpu(8))),
            "left": stack.enter_context(TabbyapiPeer(Weights(name="x"), key=KEY, loaded="x")),
            "right": stack.enter_context(TabbyapiPeer(Weights(name="x"), key=KEY, loaded="x")),
        }


@pytest.fixture
def house(make_lab: Callable[..., Lab], peers: Peers) -> Lab:
    """A Hydra with all four."""
    ollama = {"big": f"{peers['big'].url} node=atlas gpus=0,1", "small": f"{peers['small'].url} node=hermes gpus=0"}
    tabby = {"left": f"{peers['left'].url} node=atlas gpus=2", "right": f"{peers['right'].url} node=atlas gpus=3"}
    environ = {
        "HYDRA_OLLAMA__SERVERS": json.dumps(ollama), "HYDRA_TABBYAPI__SERVERS": json.dumps(tabby),
        "HYDRA_TABBYAPI__KEY": KEY,
    }  # fmt: skip
    lab = make_lab(areas=[AREA], integrations=[OLLAMA, TABBYAPI], environ=environ)
    lab.services.http = HttpClient(timeout_s=5)
    look(lab.context())
    return lab


def told(house: Lab) -> list[tuple[Any, ...]]:
    """Every server as it is told."""
    return [(one.id, one.node, one.gpus, one.state) for one in house.call("models.status").servers]


def where(house: Lab) -> list[tuple[Any, ...]]:
    """What is loaded, where."""
    return [(one.server, one.node, one.gpus, one.name) for one in house.call("models.loaded").loaded]


def test_each_is_told_with_its_node_and_cards(house: Lab) -> None:
    assert told(house) == [
        ("ollama:big", "atlas", [0, 1], "there"), ("ollama:small", "hermes", [0], "there"),
        ("tabbyapi:left", "atlas", [2], "there"), ("tabbyapi:right", "atlas", [3], "there"),
    ]  # fmt: skip
    assert where(house) == [
        ("ollama:big", "atlas", [0, 1], "m:1b"), ("tabbyapi:left", "atlas", [2], "x"),
        ("tabbyapi:right", "atlas", [3], "x"),
    ]  # fmt: skip
    there = [(one.server, one.name) for one in house.call("models.available").models]
    assert there[:2] == [("ollama:big", "m:1b"), ("ollama:small", "m:1b")]


def test_one_that_goes_away_is_lost_alone_and_comes_back_as_the_same(house: Lab, peers: Peers) -> None:
    before, held = told(house), where(house)
    peers["left"].fault = Fault.BROKEN
    for _ in range(2):
        look(house.context())
    assert [one[3] for one in told(house)] == ["there", "there", "lost", "there"]
    assert house.call("models.loaded").lost == ["tabbyapi:left"]
    assert ("tabbyapi:left", "atlas", [2], "x") not in where(house)
    peers["left"].fault = None
    for _ in range(2):
        look(house.context())
    assert (told(house), where(house)) == (before, held)
    news = [(one.name, one.subject) for one in house.events("models.")]
    assert news == [("models.lost", "tabbyapi:left"), ("models.back", "tabbyapi:left")]
