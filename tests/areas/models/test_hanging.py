"""A server that takes a load and then says nothing more: that ends, what was loaded comes back, and nobody waits on."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from hydra_lab.areas.models import AREA
from hydra_lab.areas.models.steering import changing, work
from hydra_lab.areas.models.steering.listening import heard
from hydra_lab.areas.models.steering.views import Switched
from hydra_lab.integrations.tabbyapi import INTEGRATION
from hydra_lab.kernel.capabilities import Loading
from hydra_lab.kernel.errors import Cancelled, Refused, Unavailable
from tests.areas.gateway.backend import until
from tests.lab import Lab
from tests.peers.model_servers.serving import Call
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer


class Hanging(TabbyapiPeer):
    """One that takes the load of some models, puts out what is loaded, and never says a word of them."""

    never: tuple[str, ...] = ("stuck",)

    def bring(self, call: Call) -> None:
        """Load a model, or hang."""
        if (call.body() or {}).get("model_name") not in self.never:
            super().bring(call)
            return
        for other in list(self.loaded):
            self.unload(other)
        call.stream()
        call.hang()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    """One with ``old`` loaded."""
    with Hanging(Weights(name="old"), Weights(name="stuck"), key="admin-key", loaded="old") as one:
        yield one


@pytest.fixture
def lab(hanging: Hanging, make_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A Hydra that has half a second's patience with loads."""
    monkeypatch.setattr(changing, "APPEARS_S", 0.2)
    environ = {"HYDRA_TABBYAPI__URL": hanging.url, "HYDRA_TABBYAPI__KEY": "admin-key",
               "HYDRA_TABBYAPI__LOAD_SILENCE_S": "0.5"}  # fmt: skip
    return make_lab(areas=[AREA], integrations=[INTEGRATION], environ=environ)


def switch(lab: Lab) -> Switched:
    """Switch to the model that never comes."""
    return work.carry_out(lab.context(), "tabbyapi", "stuck", None, alone=True, wait_s=5.0)


async def asked(lab: Lab) -> None:
    """A request that comes while the switch goes on, or after it."""
    async with lab.services.doors.inside("tabbyapi", wait_s=60):
        pass


def test_a_load_that_says_nothing_ends_and_the_old_model_is_back(lab: Lab, hanging: Hanging) -> None:
    with ThreadPoolExecutor(2) as pool:
        going = pool.submit(switch, lab)
        until(lambda: not hanging.loaded)
        waiting = pool.submit(asyncio.run, asked(lab))
        with pytest.raises(Refused) as caught:
            going.result(60)
        waiting.result(60)  # let in, not left before the door
    assert caught.value.detail == (
        "stuck was not loaded on TabbyAPI: TabbyAPI did not answer in time. old is loaded, as before."
    )
    assert (caught.value.data["outcome"], caught.value.data["loaded"]) == ("restored", ["old"])
    assert list(hanging.loaded) == ["old"]


def test_one_that_does_not_bring_the_old_model_back_either_is_tried_again_later(lab: Lab, hanging: Hanging) -> None:
    hanging.never = ("stuck", "old")
    with pytest.raises(Unavailable) as caught:
        switch(lab)
    assert caught.value.detail == (
        "TabbyAPI did not answer in time. What was loaded before could not be loaded again: "
        "TabbyAPI did not answer in time."
    )
    asyncio.run(asked(lab))  # the door is open
    hanging.never = ()
    assert switch(lab).loaded == ["stuck"]


def test_what_was_cancelled_does_not_wait_for_a_word_and_hangs_up_at_the_next(lab: Lab) -> None:
    says, closed = threading.Event(), threading.Event()

    def told() -> Iterator[Loading]:
        try:
            yield Loading(message="begun")
            says.wait(60)
            yield Loading(message="more")
            raise AssertionError("nobody hung up")
        finally:
            closed.set()

    class Ended:
        """Work that is cancelled once it has heard of the load."""

        heard = 0

        def check_cancelled(self) -> None:
            if self.heard:
                raise Cancelled("Somebody cancelled it.")

    run: Any = Ended()
    with pytest.raises(Cancelled):
        for _ in heard(replace(lab.context(), run=run), told()):
            run.heard += 1
    assert not closed.is_set()
    says.set()
    assert closed.wait(60)
