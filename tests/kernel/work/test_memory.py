"""Work that needs GPU memory: it takes a lease when claimed, gives it back however it ends, and says who has it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hydra_lab.kernel.gpus import ledger, store
from hydra_lab.kernel.gpus.account import Account
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.model import Item, State
from tests.kernel.gpus.cards import card
from tests.kernel.work import bench_area
from tests.kernel.work.running import RunningHydra
from tests.kernel.work.still import StillHydra
from tests.lab import NOON, OWNER


@pytest.fixture
def tower(make_still: Callable[..., StillHydra]) -> StillHydra:
    """A queue with room for several items, and a card of 24 GiB of which four are used."""
    one = make_still(lanes={"default": 4})
    measure(one, 4.0)
    return one


def measure(one: StillHydra, used: float, index: int = 0) -> None:
    """A look at the node's one card."""
    with one.services.database.begin() as connection:
        ledger.measured(connection, "tower", [replace(card(used=used, index=index), at=one.clock.now())])


def needs(one: StillHydra, title: str, gib: float, on: str = "gpu_memory_gib", **options: object) -> Item:
    """Queue work that needs memory."""
    return one.add(title, "bench.memory", input={"text": title, "gib": gib, "on": on}, **options)


def books(one: StillHydra) -> Account:
    """The account of the card."""
    with one.services.database.read() as connection:
        [found] = ledger.books(connection, one.clock.now())
    return found


def test_two_of_one_round_are_not_promised_the_same_memory(tower: StillHydra) -> None:
    first, second = needs(tower, "first", 12.0), needs(tower, "second", 12.0)
    assert tower.release() == ["first"]
    assert [lease.title for lease in books(tower).leases] == ["first"]
    [hold] = tower.item(second).holds
    assert hold.detail == "Needs 12 GiB of GPU memory; GPU 0 of tower has 8.0 of 24.0 GiB free: " + (
        "first 12.0 GiB, what has no lease 4.0 GiB."
    )
    tower.end(first)
    assert books(tower).leases == ()
    tower.clock.pass_(seconds=16)
    measure(tower, 4.0)
    tower.tick()
    assert tower.release() == ["second"]


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED, State.HELD])
def test_whatever_the_end_the_lease_ends_with_it(tower: StillHydra, state: State) -> None:
    item = needs(tower, "work", 12.0)
    tower.release()
    assert books(tower).free_gib == 8.0
    tower.end(item, state)
    assert books(tower).free_gib == 20.0
    with tower.services.database.read() as connection:
        assert len(ledger.left_over(connection, [])) == 1


def test_a_lease_ends_with_the_process_that_died_and_the_next_attempt_takes_its_own(tower: StillHydra) -> None:
    item = needs(tower, "work", 12.0)
    tower.release()
    with tower.services.database.begin() as connection:
        assert changes.requeue(connection, item.id, 1)
    assert books(tower).free_gib == 20.0
    tower.slots.give_back(item.id, 1)
    assert tower.release() == ["work"]
    [lease] = books(tower).leases
    assert lease.attempt == 2


def test_work_that_is_held_for_another_reason_takes_nothing(tower: StillHydra) -> None:
    needs(tower, "at night", 4.0, window="02:00-03:00")
    tower.release()
    assert books(tower).leases == ()


@pytest.mark.parametrize(
    ("on", "said", "help_"),
    [
        ("gpu_memory_gib:attic", "no card of attic is known", "Add the node"),
        ("gpu_memory_gib:tower:3", "GPU 3 of tower is not known", "Add the node"),
        ("gpu_memory_gib:tower:0", "GPU 0 of tower has 20.0 of 24.0 GiB free: what has no lease 4.0 GiB", "too small"),
    ],
)
def test_a_hold_says_what_would_help(tower: StillHydra, on: str, said: str, help_: str) -> None:
    item = needs(tower, "large", 40.0, on)
    tower.release()
    [hold] = tower.item(item).holds
    assert said in hold.detail
    assert help_ in hold.unblock


def test_a_card_that_was_not_measured_for_long_promises_nothing(tower: StillHydra) -> None:
    tower.clock.pass_(minutes=10)
    item = needs(tower, "work", 1.0)
    assert tower.release() == []
    assert "last measured 10 minutes ago" in tower.item(item).holds[0].detail


def test_a_held_item_says_which_idle_models_would_go_for_it(tower: StillHydra) -> None:
    with tower.services.database.begin() as connection:
        loaded = [ledger.Loaded(model="llama", gib=18.0)]
        assert ledger.keep_server(connection, "ollama", loaded, NOON, node="tower")
    measure(tower, 22.0)
    item = needs(tower, "work", 10.0)
    tower.release()
    [hold] = tower.item(item).holds
    assert "llama on ollama 18.0 GiB, what has no lease 4.0 GiB" in hold.detail
    assert hold.unblock == "llama on ollama is idle and is unloaded for it."
    with tower.services.database.begin() as connection:
        ledger.settle_pin(connection, "ollama", "llama", True, None)
    tower.tick(seconds=16)
    assert tower.item(item).holds[0].unblock == "Enough is measured to be free."


def test_work_in_the_lane_of_a_card_means_that_card(make_still: Callable[..., StillHydra]) -> None:
    one = make_still(lanes={"default": 1, "gpu:tower:1": 1})
    with one.services.database.begin() as connection:
        ledger.measured(connection, "tower", [card(index=0, total=12.0), card(index=1, total=48.0)])
    needs(one, "work", 4.0, lane="gpu:tower:1")
    assert one.release() == ["work"]
    with one.services.database.read() as connection:
        assert [lease.gpus for lease in store.all_leases(connection)] == [(1,)]


def test_memory_is_had_and_given_back_in_a_running_hydra(hydra: RunningHydra) -> None:
    with hydra.services.database.begin() as connection:
        ledger.measured(connection, "tower", [card(used=4.0, at=hydra.services.clock.now())])
    first = hydra.add("bench.memory", input={"text": "one", "gib": 12.0})
    hydra.wait(first, State.RUNNING)
    second = hydra.add("bench.memory", input={"text": "two", "gib": 12.0})
    hydra.wait(second, State.HELD)
    hydra.work.cancel(first.id, OWNER)
    with hydra.services.database.begin() as connection:
        ledger.measured(connection, "tower", [card(used=4.0, at=hydra.services.clock.now())])
    hydra.wait(second, State.RUNNING)
    bench_area.gate.set()
    hydra.wait(second)
