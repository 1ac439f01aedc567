"""The guard tells questions that differ in what matters from those that are only worded otherwise."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.areas.cache.guard import difference
from hydra_lab.areas.cache.guard.pairs import pairs

numbers = st.integers(min_value=2, max_value=10**6)
text = st.text(max_size=60)


@pytest.mark.parametrize(("one", "other"), pairs("opposites"))
def test_an_opposite_is_refused_either_way_round(one: str, other: str) -> None:
    assert difference(one, other) is not None
    assert difference(other, one) == difference(one, other)


def test_most_paraphrases_pass() -> None:
    found = pairs("paraphrases")
    passed = [pair for pair in found if difference(*pair) is None]
    assert len(passed) / len(found) >= 0.75, sorted(set(found) - set(passed))


@settings(deadline=None)
@given(text)
def test_a_question_does_not_differ_from_itself(one: str) -> None:
    assert difference(one, one) is None


@settings(deadline=None)
@given(text, text)
def test_it_is_the_same_from_either_side(one: str, other: str) -> None:
    assert difference(one, other) == difference(other, one)


@settings(deadline=None)
@given(numbers, numbers, st.sampled_from(["", " GB", " minutes", "%", " kg"]))
def test_other_numbers_are_another_question(one: int, other: int, unit: str) -> None:
    differs = difference(f"How long do {one}{unit} take?", f"How long do {other}{unit} take?")
    assert (differs is None) == (one == other)


@settings(deadline=None)
@given(numbers, st.permutations(["GB", "MB", "KiB", "seconds", "hours", "km", "kg", "Celsius", "Fahrenheit", "EUR"]))
def test_other_units_are_another_question(number: int, units: list[str]) -> None:
    assert difference(f"Convert {number} {units[0]}", f"Convert {number} {units[1]}") is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wait 1,000 ms", "wait 1000 milliseconds"),
        ("Wait two hours", "Wait 2 h"),
        ("How do I stop it?", "How can I stop it, please?"),
        ("Isn’t it on?", "Isn't it on?"),
        ("Warum ist er langsam?", "Wieso ist er langsam?"),
        ("Warte 1,5 Stunden", "Warte 1.5 h"),
    ],
)
def test_the_same_written_otherwise_is_the_same(one: str, other: str) -> None:
    assert difference(one, other) is None
