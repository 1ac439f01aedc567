"""Where memory is to be had, and which models go for it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.gpus.account import account, accounts, part
from hydra_lab.kernel.gpus.model import Lease
from hydra_lab.kernel.gpus.placing import Place, cost, place_of, placed, to_evict
from tests.kernel.gpus.cards import card, model
from tests.lab import NOON

ANY = Place()


@pytest.mark.parametrize(
    ("resource", "lane", "place"),
    [
        ("gpu_memory_gib", "inference", ANY),
        ("gpu_memory_gib:tower", None, Place(node="tower")),
        ("gpu_memory_gib:tower:1", None, Place(node="tower", index=1)),
        ("gpu_memory_gib", "gpu:tower:0", Place(node="tower", index=0)),
        ("gpu_memory_gib:attic", "gpu:tower:0", Place(node="attic")),
        ("watts", None, None),
    ],
)
def test_a_resource_and_a_lane_say_which_cards_will_do(resource: str, lane: str | None, place: Place | None) -> None:
    assert place_of(resource, lane) == place


def test_small_work_leaves_the_large_card_alone() -> None:
    cards = accounts([card(index=0, total=48.0), card(index=1, total=12.0)], [], NOON)
    small, large = placed(cards, ANY, 8.0, NOON, 2), placed(cards, ANY, 20.0, NOON, 2)
    assert (small.best and small.best.card.index, large.best and large.best.card.index) == (1, 0)


@pytest.mark.parametrize(
    ("leases", "wanted", "gone"),
    [
        ([model("slow", 10, reload_s=90), model("quick", 10, reload_s=5)], 8.0, ["quick"]),
        ([model("slow", 10, reload_s=90), model("quick", 10, reload_s=5)], 20.0, ["slow", "quick"]),
        ([model("pinned", 10, pinned=True), model("other", 10, reload_s=900)], 8.0, ["other"]),
        ([model("busy", 10, busy_until=NOON + timedelta(seconds=1))], 8.0, []),
        ([model("loading", 10, settled_at=None)], 8.0, []),
        ([model("fixed", 10, movable=False)], 8.0, []),
        ([model("urgent", 10, priority=0)], 8.0, []),
        ([model("small", 2, reload_s=1), model("large", 20, reload_s=30)], 15.0, ["large"]),
        ([model("both", 20, gpus=(0, 1))], 9.0, ["both"]),
    ],
)
def test_what_goes_costs_least_and_is_never_pinned_in_use_or_more_urgent(
    leases: list[Lease], wanted: float, gone: list[str]
) -> None:
    one = account(card(used=24.0), leases, NOON)
    assert [lease.title for lease in to_evict(one, wanted, NOON)] == gone


def test_nothing_goes_where_enough_is_free_or_where_it_would_not_be_enough() -> None:
    one = account(card(used=10.0), [model("llama", 10.0)], NOON)
    assert to_evict(one, 14.0, NOON) == ()
    assert to_evict(one, 30.0, NOON) == ()


@given(
    sizes=st.lists(st.tuples(st.floats(0.5, 12), st.floats(1, 300), st.booleans()), max_size=14),
    wanted=st.floats(0.5, 40),
)
def test_what_goes_is_enough_and_nothing_of_it_could_stay(
    sizes: list[tuple[float, float, bool]], wanted: float
) -> None:
    leases = [model(f"m{n}", gib, reload_s=s, pinned=pinned) for n, (gib, s, pinned) in enumerate(sizes)]
    one = account(card(used=24.0), leases, NOON)
    found = to_evict(one, wanted, NOON)
    assert not any(lease.pinned for lease in found)
    if found:
        assert sum(map(part, found)) >= wanted
        if len(sizes) <= 10:
            assert all(sum(map(part, found)) - part(lease) < wanted for lease in found)
            assert cost(found) <= cost([lease for lease in leases if not lease.pinned])
    else:
        assert sum(part(lease) for lease in leases if not lease.pinned) < wanted
