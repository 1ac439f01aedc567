"""The ledger on both kinds of database: cards, models that come and go, what is learned of them, and pins."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hydra_lab.kernel.gpus import ledger, store
from hydra_lab.kernel.gpus.ledger import Loaded
from hydra_lab.kernel.gpus.model import Lease
from hydra_lab.kernel.work.migrations import MIGRATIONS as WORK
from tests.kernel.gpus.cards import card
from tests.lab import NOON, Lab


@pytest.fixture
def lab(make_lab: Callable[..., Lab], database_url: str) -> Lab:
    """A small Hydra with a node of two cards."""
    one = make_lab(database_url=database_url, rooms={"work": WORK})
    with one.services.database.begin() as connection:
        ledger.measured(connection, "tower", [card(index=0, used=2.0), card(index=1)])
    return one


def leases(lab: Lab) -> dict[str, Lease]:
    """Models by name."""
    with lab.services.database.read() as connection:
        return {one.model or one.title: one for one in store.all_leases(connection)}


def test_a_look_replaces_the_cards_of_its_node_alone(lab: Lab) -> None:
    with lab.services.database.begin() as connection:
        ledger.measured(connection, "attic", [])
        ledger.measured(connection, "tower", [card(index=1, used=3.0)])
        assert [(one.index, one.used_gib, one.at) for one in store.all_cards(connection)] == [(1, 3.0, NOON)]


def test_a_load_is_a_lease_from_its_beginning_and_teaches_how_long_it_took(lab: Lab) -> None:
    with lab.services.database.begin() as connection:
        ledger.loading(connection, "ollama", "llama", NOON, node="tower", gpus=(0,), estimated_gib=20.0)
        assert ledger.books(connection, NOON)[0].free_gib == 2.0
        assert not ledger.keep_server(connection, "ollama", [], NOON, node="tower", gpus=(0,))  # it is still coming
        ledger.loaded(connection, "ollama", "llama", NOON, gib=18.0, seconds=40.0)
        assert ledger.gone(connection, "ollama", "llama")
        assert not ledger.gone(connection, "ollama", "llama")
        ledger.loading(connection, "ollama", "llama", NOON, node="tower", gpus=(0,), estimated_gib=20.0)
        ledger.loaded(connection, "ollama", "llama", NOON, gib=None, seconds=20.0)
    one = leases(lab)["llama"]
    assert (one.estimated_gib, one.measured_gib, one.reload_s, one.base_gib) == (18.0, None, 30.0, 2.0)


def test_what_a_server_has_is_kept_however_it_came_there(lab: Lab) -> None:
    with lab.services.database.begin() as connection:
        first = [Loaded(model="llama", gib=18.0), Loaded(model="nomic")]
        assert ledger.keep_server(connection, "ollama", first, NOON, node="tower", gpus=(1,))
        assert not ledger.keep_server(connection, "ollama", first, NOON, node="tower", gpus=(1,))
        until = NOON + timedelta(minutes=1)
        ledger.used(connection, "ollama", "llama", NOON, busy_until=until)
        ledger.keep_server(connection, "ollama", [Loaded(model="llama", gib=19.0)], NOON, node="tower", gpus=(1,))
    found = leases(lab)
    assert list(found) == ["llama"]
    assert (found["llama"].measured_gib, found["llama"].gpus, found["llama"].is_busy(NOON)) == (19.0, (1,), True)
    with lab.services.database.begin() as connection:
        assert ledger.left_over(connection, ["ollama"]) == []
        store.drop_leases(connection, ledger.left_over(connection, ["tabbyapi"]))
    assert leases(lab) == {}


def test_a_model_that_is_to_stay_longer_than_before_was_used(lab: Lab) -> None:
    with lab.services.database.begin() as connection:
        for minute in (0, 1, 1, 2):
            now = NOON + timedelta(minutes=10 + minute)
            there = [Loaded(model="llama", gib=18.0, until=NOON + timedelta(minutes=20 + max(0, minute - 1)))]
            ledger.keep_server(connection, "ollama", there, now, node="tower")
    assert leases(lab)["llama"].used_at == NOON + timedelta(minutes=12)


def test_a_pin_outlasts_the_model(lab: Lab) -> None:
    with lab.services.database.begin() as connection:
        ledger.settle_pin(connection, "ollama", "llama", True, 0)
        ledger.keep_server(connection, "ollama", [Loaded(model="llama", gib=1.0)], NOON, node="tower")
    assert (leases(lab)["llama"].pinned, leases(lab)["llama"].priority) == (True, 0)
    assert not leases(lab)["llama"].may_go(NOON)
    with lab.services.database.begin() as connection:
        ledger.settle_pin(connection, "ollama", "llama", False, None)
    assert (leases(lab)["llama"].pinned, leases(lab)["llama"].priority) == (False, 0)


def test_on_a_node_with_one_card_a_server_is_on_that_one(lab: Lab) -> None:
    with lab.services.database.begin() as connection:
        ledger.measured(connection, "attic", [replace(card(), node="attic")])
        assert ledger.where(connection, "attic", ()) == (0,)
        assert ledger.where(connection, "tower", ()) == ()
        assert ledger.where(connection, None, ()) == ()
