"""Switching: nothing is lost when it goes wrong, no request is cut before its time, memory is seen to be free."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hydra_lab.areas.models.steering import changing, work
from hydra_lab.areas.models.steering.views import Switched
from hydra_lab.kernel.errors import NotFound, Refused, Unavailable
from tests.integrations.faults import Fault
from tests.lab import Lab
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.serving import Call, Cut
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer


def switch(house: Lab, model: str, server: str = "tabbyapi", **more: Any) -> Switched:
    """Switch as the work does."""
    options = {"context": None, "alone": True, "wait_s": 20.0} | more
    return work.carry_out(house.context(), server, model, **options)


def refused(house: Lab, model: str, server: str = "tabbyapi") -> Refused:
    """What a switch that fails says."""
    with pytest.raises(Refused) as caught:
        switch(house, model, server)
    return caught.value


def until(so: Callable[[], bool]) -> None:
    """Return when it is so."""
    deadline = time.monotonic() + 20
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_old_model_goes_its_memory_is_measured_and_the_new_one_answers(house: Lab, tabby: TabbyapiPeer) -> None:
    did = switch(house, "new", context=2048)
    assert (did.outcome, did.before, did.loaded) == ("changed", ["old"], ["new"])
    assert (did.freed, did.freed_gib, did.free_gib, did.gib) == ("measured", 14, 24, 20)
    assert tabby.happened == ["load old", "loaded old", "unload old", "load new", "loaded new"]
    assert tabby.loaded["new"].context == 2048
    assert house.names("models.") == ["models.switching", "models.switched"]
    assert switch(house, "new").outcome == "already"
    assert tabby.happened[-1] == "loaded new"


def test_a_load_that_fails_brings_the_old_model_back_and_says_so(house: Lab, tabby: TabbyapiPeer) -> None:
    error = refused(house, "broken")
    assert error.detail == (
        "broken was not loaded on TabbyAPI: TabbyAPI could not load broken: bad file. old is loaded, as before."
    )
    assert (error.data["outcome"], error.data["loaded"]) == ("restored", ["old"])
    assert list(tabby.loaded) == ["old"]
    failed = house.events("models.switch_failed")[0]
    assert (failed.subject, failed.data["outcome"], failed.data["model"]) == ("tabbyapi", "restored", "broken")


def test_a_model_that_is_loaded_and_does_not_answer_is_taken_out_again(house: Lab, tabby: TabbyapiPeer) -> None:
    served = tabby.served
    tabby.served = lambda name, call: None if call.json({"error": "boom"}, 500) else served("x", call)  # type: ignore[method-assign]
    error = refused(house, "new")
    assert "new is loaded and does not answer: HTTP 500" in error.detail
    assert list(tabby.loaded) == ["old"]


def test_a_load_goes_on_when_its_connection_breaks(house: Lab, tabby: TabbyapiPeer) -> None:
    tabby.cut_load_after = 2
    did = switch(house, "new")
    assert (did.outcome, did.loaded) == ("changed", ["new"])


def test_a_model_that_runs_out_of_memory_leaves_the_old_one(house: Lab, tabby: TabbyapiPeer) -> None:
    tabby.models["vast"] = Weights(name="vast", gib=40)  # TabbyAPI tells no sizes: nobody could know
    error = refused(house, "vast")
    assert "CUDA out of memory" in error.detail
    assert (error.data["outcome"], list(tabby.loaded)) == ("restored", ["old"])


def test_a_load_that_tells_garbage_is_taken_back_though_it_goes_on(house: Lab, tabby: TabbyapiPeer) -> None:
    def event(call: Call, module: int, one: Weights) -> bool:
        with contextlib.suppress(Cut):
            call.event("{ this is no JSON")
        return True

    tabby.event = event  # type: ignore[method-assign]
    with pytest.raises(Refused) as caught:
        switch(house, "new")
    assert "no JSON" in caught.value.detail
    assert caught.value.data["outcome"] == "lost"  # the old one's load cannot be followed either, and that is said
    assert "could not be loaded again" in caught.value.detail


def test_when_nothing_can_be_brought_back_that_is_said(house: Lab, tabby: TabbyapiPeer) -> None:
    tabby.models["old"] = tabby.models["broken"].__class__(name="old", gib=14, fails="disk error")
    error = refused(house, "broken")
    assert (error.data["outcome"], error.data["loaded"]) == ("lost", [])
    assert error.detail.endswith("Now nothing is loaded.")


def test_a_server_that_is_gone_in_the_middle_is_waited_for_and_then_it_goes_on(house: Lab, tabby: TabbyapiPeer) -> None:
    ctx = house.context()
    plan = work.look(ctx, "tabbyapi", "new", None, True)
    tabby.unload("old")
    tabby.fault = Fault.BROKEN
    with pytest.raises(Unavailable):
        changing.change(ctx, plan)
    tabby.fault = None
    assert changing.change(ctx, plan).loaded == ["new"]  # begun again, it looks at what is really loaded


def test_one_that_was_interrupted_after_its_load_only_asks_for_an_answer(house: Lab, tabby: TabbyapiPeer) -> None:
    ctx = house.context()
    plan = work.look(ctx, "tabbyapi", "new", None, True)
    list(tabby.load("new"))
    happened = list(tabby.happened)
    assert changing.change(ctx, plan).outcome == "changed"
    assert tabby.happened == happened


def test_memory_that_does_not_come_free_is_no_reason_to_load_into_it(
    house: Lab, tabby: TabbyapiPeer, gpu: Gpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch(house, "new")
    switch(house, "old")
    monkeypatch.setattr("hydra_lab.areas.models.memory.PATIENCE_S", 0.6)
    gpu.stuck_gib = 8
    tabby.happened.clear()
    error = refused(house, "new")
    assert "Only 16.0 GiB came free, and about 20.0 GiB are needed." in error.detail
    assert tabby.happened == ["unload old", "load old", "loaded old"]


def test_requests_that_run_end_first_and_new_ones_wait(house: Lab, tabby: TabbyapiPeer) -> None:
    doors, inside, leave = house.services.doors, threading.Event(), threading.Event()

    async def request() -> str:
        async with doors.inside("tabbyapi"):
            inside.set()
            await asyncio.to_thread(leave.wait, 20)
            return next(iter(tabby.loaded))

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(asyncio.run, request())
        assert inside.wait(20)
        going = pool.submit(switch, house, "new")
        until(lambda: doors.turns("tabbyapi") == 1)
        second = pool.submit(asyncio.run, request())
        assert tabby.happened[-1] == "loaded old"
        leave.set()
        assert first.result(20) == "old"
        assert going.result(20).requests_cut == 0
        assert second.result(20) == "new"


def test_a_request_that_does_not_end_is_not_waited_for_for_ever(house: Lab) -> None:
    async def held() -> Switched:
        async with house.services.doors.inside("tabbyapi"):
            return await asyncio.to_thread(switch, house, "new", wait_s=0.2)

    assert asyncio.run(held()).requests_cut == 1


def test_of_two_switches_at_once_one_waits(house: Lab, tabby: TabbyapiPeer) -> None:
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(switch, house, model) for model in ("new", "broken")]
        until(lambda: all(one.done() for one in done))
    came = [one.name for one in house.events("models.switch")]
    assert came[::2] == ["models.switching"] * 2  # the second begins when the first has ended
    assert len(tabby.loaded) == 1
    assert tabby.gpu.most_gib <= 24


def test_an_unknown_model_or_server_is_not_found(house: Lab) -> None:
    for server, model in (("tabbyapi", "none"), ("nowhere", "new")):
        with pytest.raises(NotFound):
            switch(house, model, server)


def test_a_server_of_many_loads_beside_or_in_place(house: Lab, ollama: OllamaPeer) -> None:
    assert switch(house, "a:1b", "ollama", alone=False).freed is None
    assert switch(house, "b:1b", "ollama", alone=False).loaded == ["a:1b", "b:1b"]
    did = switch(house, "a:1b", "ollama")
    assert (did.loaded, did.freed) == (["a:1b"], "told")
    error = refused(house, "huge:70b", "ollama")
    assert "out of memory" in error.detail
    assert list(ollama.loaded) == ["a:1b"]
    assert switch(house, "a:1b", "ollama", context=1024).loaded == ["a:1b"]
    assert ollama.loaded["a:1b"].context == 1024


def test_unloading_waits_and_tells_what_came_free(house: Lab, tabby: TabbyapiPeer) -> None:
    did = work.unload(house.context(), "tabbyapi", None, 5)
    assert (did.unloaded, did.loaded, did.freed, did.freed_gib) == (["old"], [], "measured", 14)
    assert work.unload(house.context(), "tabbyapi", "old", 5).unloaded == []
