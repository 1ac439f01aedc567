"""Benchmarks from the run to the verdict, with a suite whose figures a test sets, on both kinds of database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import Field

from hydra_lab.areas.benchmarks import AREA, conditions, store
from hydra_lab.areas.benchmarks.model import Load
from hydra_lab.areas.benchmarks.operations import ToRun, run
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import BenchmarkSuite, Series, SuiteResult, SuiteTarget
from hydra_lab.kernel.errors import Conflict, Invalid, NotConfigured, NotFound, Refused
from hydra_lab.kernel.operation import Input
from tests.lab import Lab


class Sizes(Input):
    """What the suite takes."""

    length: int = Field(default=8, ge=1)


class Figures:
    """A suite that measures what it is told to, and the Hydra it is in."""

    def __init__(self, make_lab: Callable[..., Lab], database_url: str, **more: Any) -> None:
        self.level = 100.0
        self.spikes: list[float] = []
        self.there = [SuiteTarget(name="a", title="A", stamp={"model": "m:1"})]
        suite = BenchmarkSuite(name="tempo", title="Tempo", about="", targets=lambda ctx: self.there, parameters=Sizes,
                               run=self.run, **more)  # fmt: skip
        area = Area(name="orchestra", title="", contributions=(suite,))
        self.lab = make_lab(areas=(Area(**{**vars(AREA), "contributions": ()}), area), database_url=database_url)

    def run(self, ctx: Context, target: SuiteTarget, parameters: Sizes) -> SuiteResult:
        """The level, or one spike."""
        if self.level < 0:
            raise Refused("The orchestra is on strike.")
        level = self.spikes.pop(0) if self.spikes else self.level
        samples = tuple(level * (1 + n / 1000) for n in range(parameters.length))
        return SuiteResult(series=(Series(name="beat", unit="ms", better="lower", samples=samples),))

    def measure(self, **input: Any) -> Any:
        """Run it as the queue would, an hour after the last time."""
        self.lab.clock.pass_(hours=1)
        with self.lab.services.database.read() as connection:
            before = {one.id for one in store.history(connection, limit=200)}
        told = run(self.lab.context(), ToRun(suite="tempo", **input))
        assert before.isdisjoint(told.runs)
        return told

    def verdict(self) -> str:
        """What became of the last run that was judged."""
        return next(one["found"] for one in self.verdicts() if one)

    def verdicts(self) -> list[Any]:
        """What became of all runs, the newest first."""
        runs = self.lab.call("benchmarks.history").runs
        return [one.verdict.model_dump() if one.verdict else None for one in runs]


@pytest.fixture
def suite(make_lab: Callable[..., Lab], database_url: str, monkeypatch: pytest.MonkeyPatch) -> Figures:
    """It, on a machine that nobody else uses."""
    monkeypatch.setattr(conditions, "processor", lambda ctx, target: (3.0, "a test"))
    return Figures(make_lab, database_url)


def test_a_run_that_is_worse_twice_is_told_once_with_figures(suite: Figures) -> None:
    for level in (100, 101, 99, 100):
        suite.level = level
        told = suite.measure()
    assert (suite.verdict(), told.regressed) == ("same", [])
    suite.level = 150
    told = suite.measure()
    assert len(told.runs) == 2, "what looked worse was measured once more"
    assert told.regressed == ["tempo on A: beat 151 ms, usually 100"]
    assert "Worse: tempo on A" in told.summary
    [event] = suite.lab.events("benchmarks.regressed")
    assert (event.subject, event.data["run"]) == ("tempo on a", told.runs[0])
    assert event.data["figures"][0]["change"] == pytest.approx(0.5, abs=0.02)


def test_a_spike_that_another_run_does_not_show_is_not_told(suite: Figures) -> None:
    suite.measure(runs=4)
    suite.spikes = [160.0]
    told = suite.measure()
    assert (suite.verdict(), told.regressed, len(told.runs)) == ("not confirmed", [], 2)
    assert suite.lab.events("benchmarks.regressed") == []


def test_runs_under_other_conditions_are_not_judged_by_each_other(suite: Figures) -> None:
    suite.measure(runs=4)
    suite.level, suite.there = 200, [SuiteTarget(name="a", title="A", stamp={"model": "m:2"})]
    told = suite.measure()
    assert suite.verdict() == "too few runs"
    first, second = suite.lab.call("benchmarks.history").runs[-1].id, told.runs[0]
    found = suite.lab.call("benchmarks.compare", first=second, second=first)
    assert (found.first.id, found.comparable) == (first, False), "the older one comes first"
    assert "model: m:1 and m:2" in found.differences
    assert "machine: unknown in both" in found.differences
    assert found.note.startswith("These runs were not made under the same conditions")
    assert (found.pairs[0].said, round(found.pairs[0].ratio, 1)) == ("worse", 2.0)
    assert suite.measure(parameters={"length": 9}).runs
    assert suite.verdict() == "too few runs"


def test_a_busy_machine_judges_nothing(suite: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.measure(runs=4)
    monkeypatch.setattr(conditions, "processor", lambda ctx, target: (91.0, "a test"))
    suite.level = 300
    assert suite.measure().regressed == []
    assert suite.verdict() == "busy"
    assert Load(gpu_before=80).busy
    assert not Load().busy, "what nobody measures is not held against a run"


def test_what_cannot_be_measured_is_kept_as_failed(suite: Figures) -> None:
    suite.there = [*suite.there, SuiteTarget(name="b", title="B")]
    suite.level = -1
    with pytest.raises(Conflict, match="on strike"):
        suite.measure(target="b")
    [run] = suite.lab.call("benchmarks.latest").runs
    assert (run.state, run.error, run.figures) == ("failed", "The orchestra is on strike.", [])
    suite.level = 100
    told = suite.measure()
    assert (len(told.runs), told.failed) == (2, [])
    assert [one.target for one in suite.lab.call("benchmarks.latest").runs] == ["b", "a"]


def test_what_is_named_wrongly_is_said(suite: Figures) -> None:
    with pytest.raises(NotFound, match="no benchmark run"):
        suite.lab.call("benchmarks.show", id="x")
    with pytest.raises(Invalid) as wrong:
        suite.measure(parameters={"length": 0, "depth": 1})
    assert [one["field"] for one in wrong.value.problems] == ["parameters.length", "parameters.depth"]
    with pytest.raises(Conflict, match="nothing to measure"):
        suite.measure(model="m:9")


def test_a_suite_whose_capability_is_missing_waits_for_it(make_lab: Callable[..., Lab], database_url: str) -> None:
    one = Figures(make_lab, database_url, need="model_backend")
    one.there = []
    with pytest.raises(NotConfigured):
        one.measure()


def test_history_is_paged_filtered_and_exported(suite: Figures) -> None:
    suite.measure(runs=3)
    suite.there = [SuiteTarget(name="=b", title="B")]
    suite.measure(runs=2)
    first = suite.lab.call("benchmarks.history", limit=3)
    rest = suite.lab.call("benchmarks.history", limit=3, before=first.next)
    ids = [one.id for one in (*first.runs, *rest.runs)]
    assert (len(set(ids)), rest.next) == (5, None)
    assert ids == [one.id for one in suite.lab.call("benchmarks.history").runs]
    assert len(suite.lab.call("benchmarks.history", target="=b").runs) == 2
    lines = suite.lab.call("benchmarks.export", format="csv", target="=b").body.decode().splitlines()
    assert len(lines) == 1 + 2 * 8
    assert ",'=b," in lines[1], "no spreadsheet takes it for a formula"
    assert suite.lab.call("benchmarks.export", id=ids[0]).body.decode().count('"samples"') == 1
    shown = suite.lab.call("benchmarks.show", id=ids[0])
    assert (shown.figures[0].count, shown.figures[0].p95) == (8, None)
    assert shown.load == Load(before=3.0, after=3.0, source="a test")
    assert timedelta(seconds=shown.seconds) < timedelta(hours=1)
