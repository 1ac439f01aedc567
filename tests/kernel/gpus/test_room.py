"""The room for a model: what others hold or were promised is never counted, what goes is, unknown stays unknown."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.gpus.model import Lease
from hydra_lab.kernel.gpus.room import room
from tests.kernel.gpus.cards import card, model, work
from tests.lab import NOON

OLD = model("old", 14.0)
HOLDER = frozenset({OLD.holder})
UNTOLD = replace(OLD, measured_gib=None)


@pytest.mark.parametrize(
    ("used", "leases", "goes", "gib"),
    [
        (14.0, [OLD], (), 10.0),
        (14.0, [OLD], HOLDER, 24.0),
        (20.0, [OLD], HOLDER, 18.0),  # what has no lease stays
        (14.0, [OLD, work("paint", 8.0)], HOLDER, 16.0),  # promised, and not there yet
        (22.0, [OLD, work("paint", 8.0)], HOLDER, 16.0),  # there
        (14.0, [OLD, model("other", 3.0)], HOLDER, 21.0),  # said to be there, and not measured
        (14.0, [UNTOLD], HOLDER, 24.0),  # nobody knows what goes: no more than the cards have
        (14.0, [UNTOLD, work("paint", 8.0)], HOLDER, 16.0),
        (None, [OLD, work("paint", 8.0)], HOLDER, 16.0),  # not measured: what was promised is not to be had
    ],
)
def test_what_is_to_be_had_once_a_model_is_gone(
    used: float | None, leases: list[Lease], goes: frozenset[str], gib: float
) -> None:
    assert room([card(used=used)], leases, goes, NOON).gib == pytest.approx(gib)


def test_several_cards_count_together_and_none_is_unknown() -> None:
    wide = model("wide", 20.0, gpus=(0, 1))
    found = room([card(used=12.0), card(used=10.0, index=1)], [wide], {wide.holder}, NOON)
    assert (found.gib, found.frees_gib, found.stays) == (46.0, 20.0, (("what has no lease", 2.0),))
    somewhere = model("somewhere", 20.0, gpus=())
    assert room([card(used=12.0), card(used=10.0, index=1)], [somewhere], {somewhere.holder}, NOON).gib == 46.0
    assert room([], [OLD], HOLDER, NOON).gib is None


@given(st.floats(0, 24), st.lists(st.floats(0.1, 12), max_size=4), st.floats(0.1, 12))
def test_nobody_is_run_over(used: float, others: list[float], old: float) -> None:
    going = model("old", old)
    stay = [work(f"w{number}", gib) for number, gib in enumerate(others)]
    found = room([card(used=used)], [going, *stay], {going.holder}, NOON).gib
    assert found is not None
    assert found <= max(0.0, 24.0 - sum(others)) + 1e-9
