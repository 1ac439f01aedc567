"""Over traffic whose truth is known, wrong answers stay under the owner's bound, and answers from the cache grow."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.areas.cache.alike.learning import Observation, ask_anyway, wilson

observations = st.lists(
    st.builds(Observation, similarity=st.floats(0.5, 1.0), right=st.booleans()), min_size=1, max_size=20
)


def simulated(seed: int, bound: float, *, entries: int, questions: int) -> tuple[list[bool], int]:
    """Whether each question got its answer from the cache, and how many of these were wrong.

    Each entry has a curve of its own: at which similarity its answer begins to be right, and how sharply.
    """
    chance = random.Random(seed)
    curves = [(chance.uniform(0.75, 0.97), chance.choice([20, 40, 80])) for _ in range(entries)]
    seen: list[list[Observation]] = [[] for _ in range(entries)]
    from_cache, wrong = [], 0
    for _ in range(questions):
        entry = chance.randrange(entries)
        middle, steep = curves[entry]
        similarity = min(1.0, chance.gauss(0.93, 0.05))
        right = chance.random() < 1 / (1 + math.exp(-steep * (similarity - middle)))
        if chance.random() < ask_anyway(seen[entry], similarity, bound):
            seen[entry].append(Observation(similarity=similarity, right=right))
            from_cache.append(False)
        else:
            from_cache.append(True)
            wrong += not right
    return from_cache, wrong


@pytest.mark.parametrize(("bound", "seed"), [(0.02, 0), (0.02, 1), (0.05, 0), (0.05, 1), (0.1, 0)])
def test_wrong_answers_stay_under_the_bound_while_answers_from_the_cache_grow(seed: int, bound: float) -> None:
    questions = 1200
    from_cache, wrong = simulated(seed, bound, entries=3, questions=questions)
    tolerance = 2 * math.sqrt(bound * (1 - bound) / questions)  # what chance alone may add in a run of this length
    assert wrong / questions <= bound + tolerance
    first, last = sum(from_cache[:300]), sum(from_cache[-300:])
    assert last > first
    assert last >= 20


@settings(deadline=None)
@given(observations, st.floats(0.5, 1.0), st.floats(0.005, 0.2))
def test_a_wider_bound_never_asks_more(seen: list[Observation], similarity: float, bound: float) -> None:
    narrow, wide = (ask_anyway(seen, similarity, one) for one in (bound, bound * 1.5))
    assert 0 <= wide <= narrow <= 1


@settings(deadline=None)
@given(observations, st.floats(0.5, 0.9), st.floats(0.005, 0.2))
def test_a_more_alike_question_never_asks_more(seen: list[Observation], similarity: float, bound: float) -> None:
    assert ask_anyway(seen, similarity + 0.1, bound) <= ask_anyway(seen, similarity, bound) + 1e-9


def test_what_was_never_compared_is_always_asked() -> None:
    assert ask_anyway([], 1.0, 0.2) == 1.0


def test_after_a_wrong_answer_questions_as_alike_go_to_the_model() -> None:
    right = [Observation(similarity=0.95, right=True)] * 60
    wrong = [Observation(similarity=0.95, right=False)] * 5
    assert ask_anyway(right, 0.95, 0.05) < 0.3
    assert ask_anyway(right + wrong, 0.95, 0.05) > ask_anyway(right, 0.95, 0.05)


def test_the_interval_is_wilsons() -> None:
    found = wilson(1, 50)
    assert (round(found.low, 4), round(found.high, 4), found.share) == (0.0035, 0.1050, 0.02)
    assert (wilson(0, 0).share, wilson(0, 0).high) == (None, 1.0)
