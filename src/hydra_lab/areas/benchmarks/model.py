"""A run of a benchmark as it is kept: what was measured, under which conditions, and what became of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from hydra_lab.areas.benchmarks.judging.intervals import middle, percentile
from hydra_lab.areas.benchmarks.judging.verdict import Finding
from hydra_lab.kernel.contributions import Judged, Series
from hydra_lab.kernel.operation import Output

Value = str | int | float | None
Stamp = dict[str, Value]
State = Literal["done", "failed"]
Found = Literal["worse", "better", "same", "too few runs", "busy", "not confirmed"]
BUSY_PERCENT = 50.0  # of the processor or a card in use by others: figures of such a run say little


class Load(Output):
    """How busy the machine was, in percent, just before and just after; ``null`` where nobody measures it."""

    before: float | None = None
    after: float | None = None
    gpu_before: float | None = None
    source: str | None = None

    @property
    def busy(self) -> bool:
        """Whether others used so much of it that the figures are not to be trusted."""
        return any((one or 0.0) > BUSY_PERCENT for one in (self.before, self.after, self.gpu_before))


class Verdict(Output):
    """What came of comparing a run with earlier ones."""

    found: Found
    why: str
    findings: list[Finding] = Field(default=[], description="Every figure that could be judged")


class Figure(Output):
    """One quantity that was measured. ``typical`` is the median or mean; what cannot be told is ``null``."""

    name: str
    case: str
    unit: str
    better: Literal["lower", "higher"]
    count: int
    typical: float | None
    is_mean: bool = Field(description="Whether `typical` is the mean; the median otherwise")
    least: float | None
    most: float | None
    p95: float | None = Field(description="From 20 samples on")
    p99: float | None = Field(description="From 100 samples on")
    samples: list[float]
    labels: list[str] = Field(description="What each sample is of, where samples have names")


class Run(Output):
    """One run of a suite on one target, as it is kept."""

    id: str
    suite: str
    target: str
    item: str | None
    state: State
    started_at: AwareDatetime
    ended_at: AwareDatetime
    parameters: dict[str, Any]
    stamp: Stamp = Field(description="What the figures depend on; null is unknown")
    load: Load
    series: list[Series]
    remarks: list[str]
    judged: list[Judged] = []
    error: str | None = None
    verdict: Verdict | None = None

    @property
    def conditions(self) -> str:
        """A word that two runs share exactly if they were made under the same conditions."""
        return conditions(self.suite, self.target, self.parameters, self.stamp)


@dataclass(frozen=True, kw_only=True)
class Past:
    """An earlier run as a chart needs it: reading whole ones takes ten times as long."""

    id: str
    state: str
    conditions: str
    started_at: datetime
    series: list[dict[str, Any]]

    def middle(self, of: Series) -> float | None:
        """What stands for this run's samples of a figure."""
        for one in self.series:
            if (one["name"], one["case"], one["unit"]) == (of.name, of.case, of.unit) and one["samples"]:
                return middle(one["samples"], of.typical)
        return None


def conditions(suite: str, target: str, parameters: Mapping[str, Any], stamp: Mapping[str, Value]) -> str:
    """A digest of what the figures depend on: suite, target, parameters and stamp; the load is not among it."""
    text = json.dumps([suite, target, dict(parameters), dict(stamp)], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differences(one: Run, other: Run) -> list[str]:
    """What two runs do not have in common, each in a few words; what is unknown on either side is said, too."""
    found = [
        f"{name}: {a} and {b}"
        for name, a, b in (("suite", one.suite, other.suite), ("target", one.target, other.target))
        if a != b
    ]
    for what, left, right in (("", one.stamp, other.stamp), ("parameter ", one.parameters, other.parameters)):
        for name in sorted({*left, *right}):
            a, b = left.get(name), right.get(name)
            label = what + name.replace("_", " ")
            if a != b:
                found.append(f"{label}: {said(a)} and {said(b)}")
            elif a is None and not what:
                found.append(f"{label}: unknown in both")
    for run in (one, other):
        if run.load.busy:
            found.append(f"the machine was busy in the run of {run.started_at:%Y-%m-%d %H:%M} UTC")
    return found


def said(value: Any) -> str:
    """A value in words."""
    return "unknown" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def figure(one: Series) -> Figure:
    """A series as it is shown."""
    samples = list(one.samples)
    return Figure(
        name=one.name, case=one.case, unit=one.unit, better=one.better, count=len(samples),
        typical=middle(samples, one.typical) if samples else None, is_mean=one.typical == "mean",
        least=min(samples, default=None), most=max(samples, default=None), p95=percentile(samples, 95),
        p99=percentile(samples, 99), samples=samples, labels=list(one.labels),
    )  # fmt: skip


class RunView(Output):
    """A run as it is told."""

    id: str
    suite: str
    target: str
    item: str | None
    state: State
    started_at: AwareDatetime
    seconds: float
    parameters: dict[str, Any]
    stamp: Stamp
    load: Load
    figures: list[Figure]
    remarks: list[str]
    judged: list[Judged] = Field(description="What a judge model decided")
    error: str | None
    verdict: Verdict | None


def view(run: Run) -> RunView:
    """A run as it is told."""
    return RunView(
        id=run.id, suite=run.suite, target=run.target, item=run.item, state=run.state, started_at=run.started_at,
        seconds=seconds(run.started_at, run.ended_at), parameters=run.parameters, stamp=run.stamp, load=run.load,
        figures=[figure(one) for one in run.series], remarks=run.remarks, judged=run.judged, error=run.error,
        verdict=run.verdict,
    )  # fmt: skip


def seconds(start: datetime, end: datetime) -> float:
    """How long something took."""
    return round((end - start).total_seconds(), 3)
