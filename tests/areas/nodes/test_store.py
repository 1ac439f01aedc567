"""What is kept of nodes, on both kinds of database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hydra_lab.areas.nodes import AREA, store
from hydra_lab.areas.nodes.model import Card, Seen
from hydra_lab.areas.nodes.store import Point
from hydra_lab.kernel.capabilities import Figure, NodeReading
from tests.lab import NOON, Lab


def test_a_node_is_kept_whole_and_of_two_that_looked_one_is_kept(
    make_lab: Callable[..., Lab], database_url: str
) -> None:
    lab = make_lab(areas=[AREA], database_url=database_url)
    figure = Figure(value=61.5, at=NOON, source="SSH")
    first = Seen(
        name="gpu-1", turn=1, state="up", since=NOON, reading=NodeReading(node="gpu-1", cpu_percent=figure),
        cards=(Card(node="gpu-1", uuid="GPU-1", index=0, figures={"temperature_c": figure}),),
        told={"cpu_percent": 61.5},
    )  # fmt: skip
    with lab.services.database.begin() as connection:
        assert store.put(connection, None, first)
        assert store.seen_of(connection, "gpu-1") == first
        assert store.put(connection, first, replace(first, turn=2, state="lost"))
        assert not store.put(connection, first, replace(first, turn=2, state="partly"))
        assert store.all_seen(connection)["gpu-1"].state == "lost"
        store.forget(connection, "gpu-1")
        assert store.all_seen(connection) == {}


def test_the_history_is_bounded(make_lab: Callable[..., Lab], database_url: str) -> None:
    lab = make_lab(areas=[AREA], database_url=database_url)
    hours = [Point(node="gpu-1", card="", at=NOON + timedelta(hours=hour), power_w=float(hour)) for hour in range(72)]
    with lab.services.database.begin() as connection:
        store.add_points(connection, hours)
        assert store.last_point_at(connection, "gpu-1") == NOON + timedelta(hours=71)
        assert store.prune(connection, NOON + timedelta(hours=24)) == 24
        left = store.points(connection, "gpu-1", NOON)
    assert [one.power_w for one in left] == [float(hour) for hour in range(24, 72)]
