"""Back-off, circles among dependencies, and digests of inputs."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.work.add import cycle_in, hash_of
from hydra_lab.kernel.work.finish import LONGEST_BACKOFF, back_off

FIVE = timedelta(seconds=5)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 40), (30, 3600), (10_000, 3600)])
def test_each_pause_is_twice_the_one_before_up_to_an_hour(failures: int, seconds: int) -> None:
    assert back_off(FIVE, failures, 0.5) == timedelta(seconds=seconds)


@given(st.integers(1, 100), st.floats(0, 1))
def test_a_pause_is_spread_by_half_either_way(failures: int, chance: float) -> None:
    middle = back_off(FIVE, failures, 0.5)
    assert middle / 2 <= back_off(FIVE, failures, chance) <= middle * 1.5 <= LONGEST_BACKOFF * 1.5


@pytest.mark.parametrize(
    ("edges", "circle"),
    [
        ({}, []),
        ({"a": ["b"], "b": ["c"]}, []),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"]}, []),
        ({"a": ["a"]}, ["a", "a"]),
        ({"a": ["b"], "b": ["a"]}, ["a", "b", "a"]),
        ({"x": ["a"], "a": ["b"], "b": ["c"], "c": ["a"]}, ["a", "b", "c", "a"]),
    ],
)
def test_a_circle_is_found_and_told(edges: dict[str, list[str]], circle: list[str]) -> None:
    assert cycle_in(edges) == circle


def test_a_long_chain_is_no_circle_and_no_recursion() -> None:
    assert cycle_in({str(n): [str(n + 1)] for n in range(20_000)}) == []


@given(st.dictionaries(st.integers(0, 8), st.lists(st.integers(0, 8), max_size=4), max_size=9))
def test_what_is_called_a_circle_is_one_and_none_is_missed(graph: dict[int, list[int]]) -> None:
    edges = {str(node): [str(one) for one in others] for node, others in graph.items()}
    circle = cycle_in(edges)
    if circle:
        assert circle[0] == circle[-1]
        assert all(after in edges[before] for before, after in itertools.pairwise(circle))
        return
    left = dict(edges)
    while left:  # without a circle something always waits for nothing that is left
        free = [node for node, others in left.items() if not any(one in left for one in others)]
        assert free
        for node in free:
            del left[node]


def test_an_approval_binds_operation_and_input_in_any_order() -> None:
    assert hash_of("a.b", {"x": 1, "y": [2]}) == hash_of("a.b", {"y": [2], "x": 1})
    assert hash_of("a.b", {"x": 1}) != hash_of("a.b", {"x": "1"})
    assert hash_of("a.b", {}) != hash_of("a.c", {})
