"""The broker with an Ollama: its models are leases; the idle go by rule or for work, never what is pinned or used."""

import asyncio
from typing import Any

import pytest

from hydra_lab.areas.broker.watching import servers_of
from hydra_lab.areas.models.leasing import leased
from hydra_lab.areas.models.steering.changing import load
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.work import HoldKind, NewHold, NewItem
from tests.areas.broker.conftest import House
from tests.lab import OWNER
from tests.peers.model_servers.ollama import OllamaPeer


def card_of(house: House) -> Any:
    """The one card as it is told."""
    [card] = house.call("gpus.ledger").cards
    return card


def test_models_in_memory_are_leases_and_the_rest_is_told_as_not_explained(house: House, peer: OllamaPeer) -> None:
    card = card_of(house)
    assert [(one.model, one.gib, one.measured, one.may_go) for one in card.leases] == [
        ("llama", 10.0, True, True), ("qwen", 6.0, True, True),
    ]  # fmt: skip
    assert (card.unexplained_gib, card.free_gib) == (0.5, 7.5)
    peer.unload("llama")
    house.look()
    assert list(house.leases()) == ["qwen"]


def test_a_server_that_does_not_answer_keeps_its_leases_and_one_that_is_gone_has_none(
    house: House, peer: OllamaPeer
) -> None:
    peer.__exit__()
    house.look()
    assert list(house.leases()) == ["llama", "qwen"]
    with house.services.database.begin() as connection:
        house.services.integrations.configure(connection, "ollama", {"url": None}, OWNER)
    house.look()
    assert house.leases() == {}


def test_a_load_is_leased_from_its_beginning_and_given_back_when_it_fails(house: House, peer: OllamaPeer) -> None:
    [server] = servers_of(house.context())
    with leased(house.context(), server, "nomic", 3.0):
        lease = house.leases()["nomic"]
        assert (lease.estimated_gib, lease.gpus, lease.may_go(house.clock.now())) == (3.0, (0,), False)
        assert card_of(house).free_gib == 4.5
    load(house.context(), server, "nomic", None, 3.0)
    lease = house.leases()["nomic"]
    assert (lease.measured_gib, lease.reload_s is not None) == (0.5, True)
    with pytest.raises(NotFound):
        load(house.context(), server, "missing", None, 3.0)
    house.look()
    assert sorted(house.leases()) == ["llama", "nomic", "qwen"]


def test_the_idle_go_by_rule_but_not_what_is_pinned(house: House) -> None:
    house.call("gpus.set_idle_rules", rules=[{"model": "*", "idle_minutes": 20}])
    house.call("gpus.pin", server="ollama", model="qwen")
    house.clock.pass_(minutes=19)
    house.look()
    assert house.unloads() == []
    house.clock.pass_(minutes=2)
    house.look()
    house.look()
    assert house.unloads() == ["Unload llama on ollama: unused for 21 minutes"]
    house.look()
    assert list(house.leases()) == ["qwen"]
    house.call("gpus.unpin", server="ollama", model="qwen")
    house.look()
    assert house.unloads() == ["Unload qwen on ollama: unused for 21 minutes"]


def test_nothing_goes_while_requests_are_inside_and_they_count_as_use(house: House) -> None:
    house.call("gpus.set_idle_rules", rules=[{"model": "*", "idle_minutes": 20}])
    house.clock.pass_(minutes=30)

    async def while_inside() -> None:
        async with house.services.doors.inside("ollama"):
            house.look()

    asyncio.run(while_inside())
    assert house.unloads() == []
    house.clock.pass_(minutes=19)
    house.look()
    assert house.unloads() == []
    house.clock.pass_(minutes=2)
    house.look()
    assert len(house.unloads()) == 2


@pytest.mark.parametrize(("gib", "gone"), [(7.0, []), (12.0, ["qwen"]), (16.0, ["llama"]), (40.0, [])])
def test_what_waits_for_memory_gets_it_from_the_idle_whose_going_costs_least(
    house: House, gib: float, gone: list[str]
) -> None:
    fit = house.call("gpus.fits", gib=gib)
    assert [title.partition(" ")[0] for title in fit.would_go] == gone
    assert fit.fits == (gib <= 7.5)


def test_work_that_waits_has_a_model_unloaded_once(house: House) -> None:
    hold = NewHold(
        kind=HoldKind.RESOURCE, detail="Needs 12 GiB.", unblock="It goes.", ref="gpu_memory_gib",
        data={"gib": 12.0, "evict": ["model:ollama/qwen"]},
    )  # fmt: skip
    house.work.add_all([NewItem(actor=OWNER, operation="models.unload", title="Paint", holds=(hold,),
                                input={"server": "ollama", "model": "nomic"})])  # fmt: skip
    house.look()
    house.look()
    queued = [item.title for item in house.work.page(limit=10, state="queued")[0]]
    assert queued == ["Unload qwen on ollama: “Paint” waits for its memory"]


def test_all_that_is_idle_can_be_had_unloaded_at_once(house: House) -> None:
    house.call("gpus.pin", server="ollama", model="llama")
    assert house.call("gpus.unload_idle").models == ["qwen on ollama"]
    assert house.unloads() == ["Unload qwen on ollama: nobody uses it"]
