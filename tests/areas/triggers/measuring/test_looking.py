"""Measurements as triggers: asked for once for all, told once, and honest where they cannot be measured."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from hydra_lab.areas.triggers import AREA
from hydra_lab.areas.triggers.feeds import CONTRIBUTIONS
from hydra_lab.areas.triggers.measuring.looking import Look, keep_looking
from hydra_lab.kernel.capabilities import Sample
from hydra_lab.kernel.errors import Invalid, Unavailable
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, IntegrationSettings, Probe
from hydra_lab.kernel.integrations import soon
from hydra_lab.kernel.journal.acting.reading import go_on
from hydra_lab.kernel.work import Work
from hydra_lab.kernel.work.limits.migrations import MIGRATIONS as LIMITS
from hydra_lab.kernel.work.migrations import MIGRATIONS as WORK
from tests.kernel.work import bench_area
from tests.lab import NOON, Lab


class MeterSettings(IntegrationSettings):
    """A meter is there once it has a place."""

    place: str


class Meter:
    """Tells what a test wrote on it, and notes what it was asked."""

    values: dict[str, float | None]
    asked: list[str]
    held: threading.Event | None = None

    def __init__(self, settings: MeterSettings, http: HttpClient) -> None:
        pass

    def query(self, expression: str, *, at: object = None) -> list[Sample]:
        """What is written."""
        Meter.asked.append(expression)
        if Meter.held:
            Meter.held.wait(20)
        if expression.endswith("("):
            raise Invalid("The meter does not take the query: unclosed.", fix="Close it.")
        if expression == "broken":
            raise Unavailable("The meter is broken.", fix="Mend it.")
        return [Sample(labels={"node": node}, at=NOON, value=value) for node, value in Meter.values.items()]


METER = Integration(
    name="meter", title="Meter", what="Measures.", settings=MeterSettings, versions=(),
    provides={"metrics_source": Meter}, probe=lambda settings, http: Probe(detail="there"),
    reference="https://meter.example", secret_name="a meter", how_to="Place it.",
)  # fmt: skip


class Room:
    """Triggers on a meter, and time that a test turns."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        lab.services.work = Work(lab.services)
        go_on(lab.context(), CONTRIBUTIONS[0])

    def set(self, id: str = "hot", query: str = "temperature", **options: Any) -> None:
        """Set a trigger that says which node is above 80."""
        start = {"operation": "bench.echo", "input": {"text": "{{ data.labels.node }} {{ data.value }}"},
                 "title": "{{ data.labels.node }}"}  # fmt: skip
        metric = {"query": query, "above": 80, **options.pop("metric", {})}
        self.lab.call("triggers.set", id=id, when={"metric": metric, **options.pop("when", {})}, start=start, **options)

    def look(self, minutes: float = 1) -> None:
        """Let time pass, look, and have the triggers decide."""
        self.lab.clock.pass_(minutes=minutes)
        keep_looking(self.lab.context())
        for one in threading.enumerate():
            if isinstance(one, Look) and one.ctx.services is self.lab.services:
                one.join(30)
        go_on(self.lab.context(), CONTRIBUTIONS[0])

    def texts(self) -> list[str]:
        """What work was started with."""
        return sorted(item.input["text"] for item in self.lab.services.work.page()[0])

    def show(self, id: str = "hot") -> Any:
        """A trigger."""
        return self.lab.call("triggers.show", id=id)


@pytest.fixture
def make(make_lab: Callable[..., Lab]) -> Callable[..., Room]:
    """Makes a room; its meter has nothing written on it."""
    Meter.values, Meter.asked, Meter.held = {}, [], None
    rooms = {"work": WORK, "limits": LIMITS}

    def made(environ: dict[str, str] | None = None, **options: Any) -> Room:
        there = {"HYDRA_METER__PLACE": "hall"} if environ is None else environ
        return Room(
            make_lab(areas=[bench_area.AREA, AREA], integrations=[METER, bench_area.LAMP], rooms=rooms, environ=there,
                     **options)
        )  # fmt: skip

    return made


def test_each_series_starts_its_work_once_with_its_value_and_labels(
    make: Callable[..., Room], database_url: str
) -> None:
    room = make(database_url=database_url)
    room.set(metric={"for_minutes": 2})
    Meter.values = {"atlas": 81.5, "nova": 40}
    for _ in range(2):
        room.look()
    assert room.texts() == []
    for _ in range(3):
        room.look()
    assert room.texts() == ["atlas 81.5"]
    series = {one.labels["node"]: (one.value, one.told) for one in room.show().measured.series}
    assert series == {"atlas": (81.5, True), "nova": (40, False)}
    Meter.values = {"atlas": 70, "nova": 90}
    for _ in range(3):
        room.look()
    assert room.texts() == ["atlas 81.5", "nova 90"]
    (told, _) = room.lab.events("triggers.measured")
    assert (told.subject, told.data["value"], told.data["labels"]) == ("hot", 81.5, {"node": "atlas"})


def test_a_query_is_asked_once_however_many_wait_for_it_and_no_more_often_than_said(make: Callable[..., Room]) -> None:
    room = make()
    room.set("a")
    room.set("b", metric={"above": 90})
    room.set("slow", query="other", metric={"every_s": 600})
    Meter.asked = []
    for _ in range(4):
        room.look()
    room.lab.clock.pass_(seconds=3)
    keep_looking(room.lab.context())
    assert sorted(Meter.asked) == ["other"] + ["temperature"] * 4


def test_what_comes_during_a_cooldown_waits_for_its_end(make: Callable[..., Room]) -> None:
    room = make()
    room.set(cooldown_minutes=10)
    Meter.values = {"atlas": 90, "nova": 90}
    for _ in range(5):
        room.look()
    assert room.texts() == ["atlas 90"]
    for _ in range(8):
        room.look()
    assert room.texts() == ["atlas 90", "nova 90"]


def test_work_is_started_once_for_each(make: Callable[..., Room]) -> None:
    room = make()
    room.set(once_per="{{ data.labels.node }}")
    for value in (90.0, 10.0, 95.0):
        Meter.values = {"atlas": value}
        room.look()
    assert (room.texts(), room.show().last_outcome) == (["atlas 90"], "known")


def test_trying_it_shows_the_present_value_and_what_it_would_start(make: Callable[..., Room]) -> None:
    room = make()
    room.set(dry_run=True, metric={"for_minutes": 60})
    Meter.values = {"atlas": 90, "nova": 40}
    trial = room.lab.call("triggers.test", id="hot")
    assert [(one.labels["node"], one.value, one.since is not None) for one in trial.measured.series] == [
        ("atlas", 90, True), ("nova", 40, False)
    ]  # fmt: skip
    assert [(one.outcome, one.input) for one in trial.fitting] == [("would start", {"text": "atlas 90"})]
    room.look()
    assert (room.texts(), room.lab.names("triggers.measured")) == ([], [])
    room.look(minutes=1)
    room.set(dry_run=True)
    room.look()
    assert (room.texts(), room.show().last_outcome) == ([], "would start")
    room.set()
    room.look()
    assert room.texts() == ["atlas 90"]


def test_conditions_choose_among_what_was_measured(make: Callable[..., Room]) -> None:
    room = make()
    room.set(when={"where": {"data.labels.node": "nova"}})
    Meter.values = {"atlas": 90, "nova": 91}
    room.look()
    assert room.texts() == ["nova 91"]
    assert len(room.lab.call("triggers.test", id="hot").fitting) == 1


@pytest.mark.parametrize(("environ", "query", "says"), [({}, "temperature", "meter"), (None, "broken", "is broken")])
def test_what_cannot_be_measured_says_so_and_starts_nothing(
    make: Callable[..., Room], environ: dict[str, str] | None, query: str, says: str
) -> None:
    room = make(environ)
    room.set(query=query)
    Meter.values = {"atlas": 90}
    room.look()
    seen = room.show().measured
    assert says in seen.problem.lower()
    assert (seen.looked_at, seen.series, room.texts()) == (None, [], [])
    assert says in room.lab.call("triggers.test", id="hot").measured.problem.lower()


def test_one_that_hangs_does_not_hold_up_who_asks(make: Callable[..., Room], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soon, "PATIENCE_S", 0.2)
    room = make()
    room.set()
    Meter.held = threading.Event()
    try:
        assert "did not answer" in room.lab.call("triggers.test", id="hot").measured.problem
    finally:
        Meter.held.set()


def test_a_measurement_is_told_to_nobody_but_the_trigger_that_waits_for_it(make: Callable[..., Room]) -> None:
    room = make()
    room.set("hot")
    room.set("boiling", metric={"above": 100})
    Meter.values = {"atlas": 90}
    room.look()
    assert (room.texts(), room.show("boiling").last_outcome) == (["atlas 90"], None)


def test_a_paused_one_is_not_asked_for_and_a_removed_one_is_forgotten(make: Callable[..., Room]) -> None:
    room = make()
    room.set(paused=True)
    Meter.asked, Meter.values = [], {"atlas": 90}
    room.look()
    assert Meter.asked == []
    room.lab.call("triggers.resume", id="hot")
    room.look()
    room.lab.call("triggers.remove", id="hot")
    room.set()
    assert room.show().measured.looked_at is None


@pytest.mark.parametrize(
    ("when", "field"),
    [
        ({"metric": {"query": "sum(", "above": 1}}, "when.metric.query"),
        ({"metric": {"query": "up"}}, "when.metric"),
        ({"metric": {"query": "up", "above": 1}, "event": "disk.low"}, "when"),
        ({"metric": {"query": "up", "above": 1}, "subject": "x"}, "when"),
        ({}, "when"),
    ],
)
def test_what_could_not_be_measured_is_refused_where_it_is_wrong(
    make: Callable[..., Room], when: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        make().lab.call("triggers.set", id="x", when=when, start={"operation": "bench.echo"})
    assert field in [one["field"] for one in refused.value.data["problems"]]
