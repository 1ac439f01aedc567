"""Will it fit: the one ledger of GPU memory is asked before anything is unloaded, and nobody else is run over."""

from dataclasses import replace
from typing import Any

import pytest

from hydra_lab.areas.models.steering import work
from hydra_lab.areas.models.steering.views import Switched
from hydra_lab.kernel.errors import Conflict, Refused
from hydra_lab.kernel.gpus import ledger, store
from hydra_lab.kernel.gpus.model import Lease, LeaseKind
from tests.areas.models.conftest import Measured
from tests.lab import NOON, Lab
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.tabbyapi import TabbyapiPeer

PAINTING = Lease(
    holder="work:paint", kind=LeaseKind.WORK, title="Paint a fox", node="atlas", gpus=(0,), estimated_gib=8.0,
    base_gib=14.0, taken_at=NOON,
)  # fmt: skip


def switch(house: Lab, model: str, server: str = "tabbyapi", **more: Any) -> Switched:
    """Switch as the work does."""
    options = {"context": None, "alone": True, "wait_s": 20.0} | more
    return work.carry_out(house.context(), server, model, **options)


def refused(house: Lab, model: str, server: str = "tabbyapi", **more: Any) -> Conflict:
    """What a switch that cannot be says."""
    with pytest.raises(Conflict) as caught:
        switch(house, model, server, **more)
    return caught.value


def put(house: Lab, lease: Lease) -> None:
    """Somebody takes memory."""
    with house.services.database.begin() as connection:
        store.put_lease(connection, lease)


def leases(house: Lab) -> dict[str, Lease]:
    """Who holds or was promised what, by title."""
    with house.services.database.read() as connection:
        return {one.title: one for one in store.all_leases(connection)}


@pytest.fixture
def known(house: Lab, tabby: TabbyapiPeer) -> Lab:
    """A Hydra that has seen what each model takes, with ``old`` loaded; nothing happened yet."""
    switch(house, "new")
    switch(house, "old")
    tabby.happened.clear()
    return house


def test_what_cannot_fit_is_refused_with_the_figures_before_anything_is_touched(
    known: Lab, tabby: TabbyapiPeer, gpu: Gpu, meter: Measured
) -> None:
    gpu.take("another program", 6)
    error = refused(known, "new")
    assert error.detail == (
        "new needs about 20.0 GiB, and 18.0 of 24.0 GiB are to be had on TabbyAPI's cards (4.0 free now; 14.0 come "
        "free; kept: what has no lease 6.0 GiB). Nothing was changed."
    )
    assert (error.data["need_gib"], error.data["room_gib"], error.data["frees_gib"]) == (20, 18, 14)
    assert tabby.happened == []
    meter.broken = True
    with known.services.database.begin() as connection:
        ledger.measured(connection, "atlas", [])
    with pytest.raises(Refused) as caught:  # nobody knows the figures: it is tried, and taken back
        switch(known, "new")
    assert caught.value.data["outcome"] == "restored"


def test_memory_that_work_was_promised_is_not_taken_though_nothing_shows_yet(known: Lab, tabby: TabbyapiPeer) -> None:
    put(known, PAINTING)
    error = refused(known, "new")
    assert "16.0 of 24.0 GiB" in error.detail
    assert error.data["stays"] == {"Paint a fox": 8.0}
    assert tabby.happened == []
    put(known, replace(PAINTING, estimated_gib=3.5))
    assert switch(known, "new").outcome == "changed"


def test_a_lease_that_comes_between_look_and_unload_wins(
    known: Lab, tabby: TabbyapiPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = work.begun

    def late(*arguments: Any) -> None:
        store.put_lease(arguments[0], PAINTING)
        begun(*arguments)

    monkeypatch.setattr(work, "begun", late)
    refused(known, "new")
    assert tabby.happened == []
    assert len(known.events("models.switching")) == 2  # the two before


def test_the_memory_is_promised_to_the_switch_from_before_the_unload_until_it_is_measured(
    known: Lab, tabby: TabbyapiPeer
) -> None:
    seen: list[dict[str, Lease]] = []
    unload, load = tabby.unload, tabby._load

    def unloading(name: str) -> None:
        seen.append(leases(known))
        unload(name)

    def loading(*arguments: Any) -> Any:
        seen.append(leases(known))
        return load(*arguments)

    tabby.unload, tabby._load = unloading, loading  # type: ignore[method-assign]
    switch(known, "new")
    before, between = seen
    assert before["new on tabbyapi"].estimated_gib == 20
    assert before["old on tabbyapi"].measured_gib == 14
    assert list(between) == ["new on tabbyapi"]
    after = leases(known)
    assert list(after) == ["new on tabbyapi"]
    assert (after["new on tabbyapi"].measured_gib, after["new on tabbyapi"].settled_at is None) == (20, False)


def test_a_switch_that_failed_holds_nothing_and_what_is_back_has_its_lease(known: Lab) -> None:
    with pytest.raises(Refused):
        switch(known, "broken")
    [lease] = leases(known).values()
    assert (lease.model, lease.amount_gib, lease.settled_at is None) == ("old", 14.0, False)


def test_what_is_pinned_does_not_go_for_another(known: Lab, tabby: TabbyapiPeer, ollama: OllamaPeer) -> None:
    with known.services.database.begin() as connection:
        ledger.settle_pin(connection, "tabbyapi", "old", True, None)
    error = refused(known, "new")
    assert error.detail == "old is pinned on TabbyAPI and would have to go for new. Nothing was changed."
    assert error.fix == "Let it go first: `hydra gpus unpin tabbyapi old`."
    assert tabby.happened == []
    assert switch(known, "old", context=1024).outcome == "changed"  # its own context may change
    with known.services.database.begin() as connection:
        ledger.settle_pin(connection, "ollama", "a:1b", True, None)
    switch(known, "a:1b", "ollama")
    assert switch(known, "b:1b", "ollama", alone=False).loaded == ["a:1b", "b:1b"]
    assert list(ollama.loaded) == ["a:1b", "b:1b"]
