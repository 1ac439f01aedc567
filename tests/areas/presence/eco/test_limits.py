"""Which limit a card gets: never above what it was, never outside of its own bounds, and back again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.areas.presence.eco.limits import Kept, wish
from hydra_lab.areas.presence.model import Profile
from hydra_lab.kernel.capabilities import Gpu

CARD = Gpu(
    node="atlas", index=0, uuid="GPU-1", name="RTX 3090", power_limit_w=350, power_min_w=100, power_max_w=400,
    at=datetime(2026, 3, 1, tzinfo=UTC), source="nvidia-smi over SSH",
)  # fmt: skip


@pytest.mark.parametrize(
    ("watts", "wanted"), [(200, 200), (50, 100), (450, 350), (350, 350), (None, 350), (100, 100)]
)  # fmt: skip
def test_a_card_that_was_never_touched(watts: float | None, wanted: float) -> None:
    one = wish(CARD, None, Profile(watts=watts))
    assert (one.wanted_w, one.changes) == (wanted, wanted != 350)


@pytest.mark.parametrize(
    ("now", "kept", "watts", "wanted"),
    [
        (200, Kept(before_w=350, set_w=200), None, 350),  # put back
        (200, Kept(before_w=350, set_w=200), 450, 350),  # more than it was is what it was
        (200, Kept(before_w=350, set_w=200), 100, 100),
        (350, Kept(before_w=350, set_w=200), None, 350),  # a crash before it was set, or a reboot
        (280, Kept(before_w=350, set_w=200), None, 280),  # somebody else has set it meanwhile
    ],
)
def test_a_card_that_was_lowered(now: float, kept: Kept, watts: float | None, wanted: float) -> None:
    assert wish(replace(CARD, power_limit_w=now), kept, Profile(watts=watts)).wanted_w == wanted


@pytest.mark.parametrize("unknown", [{"power_limit_w": None}, {"power_min_w": None}, {"power_max_w": None}])
def test_a_card_that_does_not_tell_enough_is_left_alone(unknown: dict[str, None]) -> None:
    one = wish(replace(CARD, **unknown), None, Profile(watts=200))
    assert one.wanted_w is None
    assert one.why


def test_a_single_card_may_have_a_figure_of_its_own() -> None:
    assert wish(CARD, None, Profile(watts=200, cards={"GPU-1": 300})).wanted_w == 300
    assert wish(CARD, None, Profile(watts=200, cards={"atlas/0": 250})).wanted_w == 250


WATTS = st.floats(1, 1000)


@given(now=WATTS, least=WATTS, span=st.floats(0, 500), before=st.none() | WATTS, asked=st.none() | WATTS)
def test_no_plan_raises_a_limit_above_what_it_was(
    now: float, least: float, span: float, before: float | None, asked: float | None
) -> None:
    card = replace(CARD, power_limit_w=now, power_min_w=least, power_max_w=least + span)
    one = wish(card, Kept(before_w=before, set_w=now) if before else None, Profile(watts=asked))
    assert one.wanted_w is not None
    assert one.wanted_w <= (before or now)
    assert one.wanted_w == one.before_w or least <= one.wanted_w <= least + span
