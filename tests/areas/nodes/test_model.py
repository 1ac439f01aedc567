"""What is said of nodes: once when something changes, never of what nobody measured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hydra_lab.areas.nodes.model import Card, Found, Seen, after, figures_of, merged_cards, moved, news
from hydra_lab.areas.nodes.plot import plotted
from hydra_lab.areas.nodes.watch.ailing import judged
from hydra_lab.kernel.capabilities import Figure, FileSystem, NodeReading

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def figure(value: float) -> Figure:
    """A figure measured now."""
    return Figure(value=value, at=NOW, source="SSH")


def reading(used: float = 40.0) -> NodeReading:
    """A node with one disk that is so full."""
    disk = FileSystem(mount="/", device="/dev/sda1", total_bytes=1000, free_bytes=round(1000 - 10 * used), at=NOW,
                      source="SSH")  # fmt: skip
    return NodeReading(node="gpu-1", cpu_percent=figure(10), file_systems=(disk,))


def card(celsius: float | None = 50.0, uuid: str = "GPU-1") -> Card:
    """A card that is so warm."""
    figures = {} if celsius is None else {"temperature_c": figure(celsius)}
    return Card(node="gpu-1", uuid=uuid, index=0, figures=figures)


UP = Found(at=NOW, reading=reading(), cards=(card(),), gpus_known=True)
LOST = Found(at=NOW, problem="gpu-1 cannot be reached.")
STRANGE = Found(at=NOW, problem="changed", host_key="SHA256:b", expected="SHA256:a")
NEW = Found(at=NOW, problem="unknown", host_key="SHA256:a")


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([UP, UP, LOST, LOST, LOST, UP, UP], ["nodes.connected", "nodes.lost", "nodes.back"]),
        ([LOST, LOST, UP], ["nodes.lost", "nodes.connected"]),
        ([NEW, NEW, UP], ["nodes.key_unknown", "nodes.connected"]),
        ([UP, STRANGE, STRANGE, LOST, STRANGE, UP],
         ["nodes.connected", "nodes.key_changed", "nodes.key_changed", "nodes.back"]),
        ([UP, replace(UP, cards=()), UP], ["nodes.connected", "gpus.lost", "gpus.found"]),
        ([UP, replace(UP, cards=(), gpus_known=False), UP], ["nodes.connected"]),
    ],
)  # fmt: skip
def test_what_changed_is_said_once(looks: list[Found], said: list[str]) -> None:
    seen, heard = Seen(name="gpu-1"), []
    for found in looks:
        now = after(seen, found)
        heard += [one.name for one in news(seen, now)]
        seen = now
    assert heard == said


def test_a_lost_node_keeps_its_last_figures_and_their_age() -> None:
    up = after(Seen(name="gpu-1"), UP)
    lost = after(up, replace(LOST, at=NOW + timedelta(hours=1)))
    assert (lost.reading, lost.cards) == (up.reading, up.cards)
    assert lost.since == NOW + timedelta(hours=1)


def ails(*looks: Found) -> list[str]:
    """What is said of thresholds, over some looks."""
    seen, heard = Seen(name="gpu-1"), []
    for found in looks:
        now = after(seen, found)
        ailing, said = judged(seen, now)
        heard += [one.name for one in said]
        seen = replace(now, ailing=ailing)
    return heard


def test_a_disk_fills_once_until_it_is_well_again() -> None:
    looks = [replace(UP, reading=reading(used)) for used in (89, 91, 89, 92, 86, 90, 84, 91)]
    assert ails(*looks) == ["nodes.disk_filling", "nodes.disk_well", "nodes.disk_filling"]


def test_a_card_is_hot_once_until_it_is_cool_again() -> None:
    looks = [replace(UP, cards=(card(celsius),)) for celsius in (82, 83, 80, 85, 78, 77, 83)]
    assert ails(*looks) == ["gpus.hot", "gpus.cool", "gpus.hot"]


def test_what_was_not_measured_is_neither_hot_nor_cool() -> None:
    hot, unknown = replace(UP, cards=(card(90.0),)), replace(UP, cards=(card(None),))
    assert ails(hot, unknown, LOST, hot) == ["gpus.hot"]


def test_two_sources_of_a_card_are_put_together_by_its_id_whatever_it_is_written_like() -> None:
    exporter = Card(node="gpu-1", uuid="5f2e8c1a", figures={"power_w": Figure(value=100, at=NOW, source="Prometheus")})
    smi = Card(node="gpu-1", uuid="GPU-5F2E8C1A", index=1, figures={"power_w": figure(90), "power_min_w": figure(50)})
    (one,) = merged_cards((exporter,), (smi,))
    assert (one.uuid, one.index) == ("GPU-5F2E8C1A", 1)
    assert (one.figures["power_w"].source, one.figures["power_min_w"].source) == ("Prometheus", "SSH")


def test_only_what_moved_by_its_step_is_told() -> None:
    told = figures_of(after(Seen(name="gpu-1"), UP))
    warmer: dict[str, Any] = {**told, "1:temperature_c": told["1:temperature_c"] + 1}
    assert moved(told, warmer) == set()
    assert moved(told, {**told, "1:temperature_c": told["1:temperature_c"] + 2}) == {"1:temperature_c"}
    assert moved(told, {"cpu_percent": 10.0}) == {"1:temperature_c", "disk:/"}


def test_a_plot_has_a_gap_where_nothing_was_measured() -> None:
    points = [(NOW + timedelta(minutes=minute), 50.0 if minute < 5 or minute > 20 else None) for minute in range(30)]
    plot = plotted("Power", "W", points, NOW, NOW + timedelta(minutes=30), top=100)
    assert plot
    assert plot.path.count("M") == 2
    assert plotted("Power", "W", [(NOW, None)] * 5, NOW, NOW + timedelta(hours=1)) is None
