"""A card's account: nothing is promised twice, nothing is reserved twice, and what is unknown stays so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.gpus.account import account, part
from hydra_lab.kernel.gpus.ledger import apart
from hydra_lab.kernel.gpus.model import Card, Lease
from hydra_lab.kernel.gpus.placing import Place, placed
from tests.kernel.gpus.cards import card, model, work
from tests.lab import NOON

GIB = st.floats(min_value=0.1, max_value=40.0)


@pytest.mark.parametrize(
    ("used", "leases", "free", "coming", "unexplained"),
    [
        (4.0, [], 20.0, 0.0, 4.0),
        (4.0, [work("a", 10.0, base=4.0)], 10.0, 10.0, 4.0),  # taken, and not there yet
        (11.0, [work("a", 10.0, base=4.0)], 10.0, 3.0, 4.0),  # partly there
        (14.0, [work("a", 10.0, base=4.0)], 10.0, 0.0, 4.0),  # there, and not reserved once more
        (20.0, [work("a", 10.0, base=4.0)], 4.0, 0.0, 10.0),  # somebody else took six meanwhile
        (4.0, [work("a", 10.0, base=4.0), work("b", 5.0, base=4.0)], 5.0, 15.0, 4.0),
        (18.5, [model("llama", 18.0)], 5.5, 0.0, 0.5),
        (18.5, [model("llama", 9.0), work("a", 4.0, base=9.5)], 1.5, 4.0, 9.5),
        (1.0, [model("llama", 18.0, gpus=(0, 1))], 23.0, 0.0, 0.0),  # its server says nine here; one is there
    ],
)
def test_what_is_free_coming_and_unexplained(
    used: float, leases: list[Lease], free: float, coming: float, unexplained: float
) -> None:
    found = account(card(used=used), leases, NOON)
    assert (found.free_gib, found.coming_gib, found.unexplained_gib) == pytest.approx((free, coming, unexplained))


def test_what_a_server_says_and_nobody_measures_is_told_as_missing() -> None:
    assert account(card(used=1.0), [model("llama", 18.0)], NOON).missing_gib == 17.0


def test_a_model_that_loads_is_reserved_until_a_measurement_after_it_was_loaded() -> None:
    loading = model("llama", 10.0, settled_at=None, measured_gib=None, estimated_gib=10.0, base_gib=0.0)
    assert account(card(used=2.0), [loading], NOON).free_gib == 14.0
    loaded = replace(loading, settled_at=NOON + timedelta(seconds=5), measured_gib=11.0)
    assert account(card(used=2.0), [loaded], NOON).free_gib == 13.0
    assert account(card(used=11.5, at=NOON + timedelta(seconds=9)), [loaded], NOON).free_gib == 12.5


@pytest.mark.parametrize(
    ("one", "leases", "why"),
    [
        (card(used=None), [], "not measured"),
        (card(total=None), [], "not measured"),
        (card(at=NOON - timedelta(minutes=5)), [], "5 minutes ago"),
        (card(), [model("llama", 1.0, settled_at=None, measured_gib=None)], "how much llama will take"),
    ],
)
def test_nothing_is_promised_of_what_nobody_knows(one: Card, leases: list[Lease], why: str) -> None:
    found = account(one, leases, NOON)
    assert found.free_gib is None
    assert why in (found.why_unknown or "")


@given(used=st.floats(min_value=0, max_value=30), wants=st.lists(GIB, max_size=8), models=st.lists(GIB, max_size=4))
def test_all_that_is_granted_between_two_measurements_fits_in_what_was_measured_to_be_free(
    used: float, wants: list[float], models: list[float]
) -> None:
    one, leases = card(used=used), [model(f"m{number}", gib) for number, gib in enumerate(models)]
    granted = 0.0
    for number, gib in enumerate(wants):
        before = account(one, leases, NOON)
        answer = placed([before], Place(), gib, NOON, 2)
        if answer.fits:
            leases.append(work(f"w{number}", gib, base=apart(before)))
            granted += gib
        elif answer.evict:
            assert gib <= (before.free_gib or 0.0) + sum(part(lease) for lease in answer.evict) + 1e-9
    assert granted <= max(0.0, 24.0 - used) + 1e-6


@given(base=st.floats(min_value=0, max_value=8), wants=st.lists(GIB, min_size=1, max_size=4), shown=st.floats(0, 1))
def test_memory_that_shows_in_the_measurement_is_not_reserved_once_more(
    base: float, wants: list[float], shown: float
) -> None:
    leases = [work(f"w{number}", gib, base=base) for number, gib in enumerate(wants)]
    asked = sum(wants)
    found = account(card(used=base + shown * asked, total=400.0), leases, NOON)
    assert found.free_gib == pytest.approx(400.0 - base - asked, abs=1e-6)
    assert found.coming_gib == pytest.approx(asked * (1 - shown), abs=1e-6)
