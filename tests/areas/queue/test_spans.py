"""Where each step of an item lies on the time that all of them took."""

from datetime import timedelta

import pytest

from hydra_lab.areas.queue.pages import SEEN, spans
from hydra_lab.kernel.work.model import Step
from tests.lab import NOON


def step(number: int, begin: float | None, end: float | None) -> Step:
    """A step with its seconds after noon."""
    first, last = (None if at is None else NOON + timedelta(seconds=at) for at in (begin, end))
    state = "running" if end is None else "done"
    return Step(number=number, name=f"{number}", state=state, attempt=1, started_at=first, finished_at=last)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([], {}),
        ([step(1, 0, 5)], {}),
        ([step(1, None, None), step(2, 0, 5)], {}),
        ([step(1, 3, 3), step(2, 3, 3)], {}),
        ([step(1, 0, 4), step(2, 5, 10)], {1: (0, 40), 2: (50, 50)}),
        ([step(1, 0, 5), step(2, 5, None)], {1: (0, 25), 2: (25, 75)}),
        ([step(1, 0, 10), step(2, 10, 10)], {1: (0, 100), 2: (100 - SEEN, SEEN)}),
    ],
)
def test_steps_are_placed(steps: list[Step], found: dict[int, tuple[float, float]]) -> None:
    assert spans(steps, NOON + timedelta(seconds=20)) == found
