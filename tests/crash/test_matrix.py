"""A process is killed at every boundary of an item's steps, and the next one finishes what it left."""

import contextlib
from collections.abc import Callable

import pytest

from tests.crash.area import POINTS, STEPS
from tests.crash.left import Left
from tests.crash.serve import Process

pytestmark = pytest.mark.crash


def test_an_item_killed_at_any_point_is_finished_right(process: Callable[..., Process], left: Left) -> None:
    ids: dict[str, str] = {}
    hydra = process(node="one")
    for point in POINTS:
        hydra.start()
        left.wait_until_over(list(ids.values()))
        hydra.ask("die", point)
        with contextlib.suppress(EOFError, OSError):
            hydra.ask("add", [{"operation": "crash.steps", "key": point}])
        assert hydra.died() == -9, point
        ids[point] = left.with_key(point)
    hydra.start()
    left.wait_until_over(list(ids.values()))
    for point, id in ids.items():
        item = left.item(id)
        assert (item.state, item.result) == ("done", {"said": list(STEPS)}), point
        assert [left.effects()[id, step] for step in STEPS if step.startswith("effect")] == [1, 1], point
        runs = {step: left.lines()[id, step] for step in STEPS if step.startswith("plain")}
        twice = point.removeprefix("unrecorded ") if point.startswith("unrecorded plain") else None
        assert runs == {step: 2 if step == twice else 1 for step in runs}, point
