"""TabbyAPI: one model at a time, and loads that answer 200 however they end."""

from collections.abc import Iterator

import pytest

from hydra_lab.integrations.tabbyapi import INTEGRATION
from hydra_lab.integrations.tabbyapi.capabilities import Tabbyapi, TabbyapiServer
from hydra_lab.integrations.tabbyapi.settings import TabbyapiSettings
from hydra_lab.kernel.capabilities import LoadOptions
from hydra_lab.kernel.errors import Denied, NotFound, Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer

KEY = "admin-key"


@pytest.fixture
def peer() -> Iterator[TabbyapiPeer]:
    """A server with three models on a card of 24 GiB, one of which breaks half-way."""
    models = (Weights(name="one", gib=12, modules=3), Weights(name="two", gib=20),
              Weights(name="bad", gib=4, fails="tensor mismatch"))  # fmt: skip
    with TabbyapiPeer(*models, gpu=Gpu(24), key=KEY, loaded="one") as one:
        yield one


@pytest.fixture
def server(peer: TabbyapiPeer) -> TabbyapiServer:
    """It, as areas know it."""
    settings = TabbyapiSettings.model_validate({"url": peer.url, "key": KEY})
    [one] = Tabbyapi(settings, HttpClient(timeout_s=5)).servers()
    return one


def test_it_tells_what_it_has_and_what_is_loaded(peer: TabbyapiPeer, server: TabbyapiServer) -> None:
    assert [(one.name, one.context) for one in server.models()] == [("bad", None), ("one", 4096), ("two", None)]
    assert [one.name for one in server.loaded()] == ["one"]
    peer.unload("one")
    assert server.loaded() == []
    server.unload("one")


def test_a_load_is_told_module_by_module_and_a_draft_s_end_is_not_its_own(
    peer: TabbyapiPeer, server: TabbyapiServer
) -> None:
    peer.drafts = True
    told = list(server.load("two", LoadOptions(context=2048)))
    assert [(one.done, one.total) for one in told] == [(1, 1), (1, 1), (1, 4), (2, 4), (3, 4), (4, 4), (4, 4)]
    assert told[0].message == "loading two (draft)"
    assert [(one.name, one.context) for one in server.loaded()] == [("two", 2048)]
    assert [one.message for one in server.load("two")] == ["loading two"]  # it is there: at once


def test_a_failed_load_answers_200_and_leaves_nothing(server: TabbyapiServer) -> None:
    with pytest.raises(Refused, match="tensor mismatch"):
        list(server.load("bad"))
    assert server.loaded() == []


def test_a_connection_that_is_cut_in_a_load_says_nothing_of_its_end(peer: TabbyapiPeer, server: TabbyapiServer) -> None:
    peer.cut_load_after = 2
    with pytest.raises(Unavailable):
        list(server.load("two"))


def test_an_unknown_model_and_a_wrong_key_are_said(peer: TabbyapiPeer, server: TabbyapiServer) -> None:
    with pytest.raises(NotFound):
        list(server.load("none"))
    settings = TabbyapiSettings.model_validate({"url": peer.url, "key": "user-key"})
    [wrong] = Tabbyapi(settings, HttpClient(timeout_s=5)).servers()
    with pytest.raises(Denied):
        list(wrong.load("two"))


def test_its_probe_counts_models_and_servers(peer: TabbyapiPeer) -> None:
    http = HttpClient(timeout_s=5)
    assert INTEGRATION.probe(TabbyapiSettings.model_validate({"url": peer.url, "key": KEY}), http).detail == (
        "it has 3 models"
    )
    two = {"url": peer.url, "key": KEY, "servers": {"off": "http://127.0.0.1:9"}}
    probe = INTEGRATION.probe(TabbyapiSettings.model_validate(two), http)
    assert (probe.detail, probe.degraded) == ("1 of 2 servers answer; not TabbyAPI off", True)
