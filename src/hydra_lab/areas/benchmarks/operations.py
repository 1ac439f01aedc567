"""Run benchmarks, see what they measured over the months, compare runs, and take the figures elsewhere."""

import csv
import io
import json
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from hydra_lab.areas.benchmarks import store, work
from hydra_lab.areas.benchmarks.comparing import Comparison, beside
from hydra_lab.areas.benchmarks.model import Run, RunView, view
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import SuiteTarget
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Durable, Effect, Input, Nothing, Output, Raw, endpoint, operation

BASE = "/self-improvement/benchmarks"
LANE = "benchmarks"  # of its own, and one at a time, so that measurements do not disturb each other
EXPORTED = 1000


class ToRun(Input):
    """What to measure; all of it unless something is named."""

    suite: str | None = Field(default=None, max_length=100, description="A suite, such as queue or inference.latency")
    target: str | None = Field(default=None, max_length=300, description="One of the suite's targets")
    model: str | None = Field(default=None, max_length=300, description="Only targets that are this model")
    runs: int = Field(default=1, ge=1, le=10, description="How often, one after the other; three make a baseline")
    parameters: dict[str, Any] = Field(default={}, description="What the named suite takes, in place of its defaults")


class Wanted(Input):
    """Which runs."""

    suite: str | None = Field(default=None, max_length=100, description="Only those of one suite")
    target: str | None = Field(default=None, max_length=300, description="Only those of one target")
    before: str | None = Field(default=None, max_length=64, description="Only those older than this run")
    limit: int = Field(default=50, ge=1, le=200)


class Runs(Output):
    """Runs, the newest first. ``next`` goes into ``before`` for those after them."""

    runs: list[RunView]
    next: str | None = None


class RunId(Input):
    """Which run."""

    id: str = Field(max_length=64)


class Two(Input):
    """Which two runs."""

    first: str = Field(max_length=64, description="The id of one run")
    second: str = Field(max_length=64, description="The id of the other")


class ToExport(Input):
    """Which runs, and how they are written."""

    format: Literal["json", "csv"] = "json"
    id: str | None = Field(default=None, max_length=64, description="One run only")
    suite: str | None = Field(default=None, max_length=100)
    target: str | None = Field(default=None, max_length=300)


class TargetView(Output):
    """Something that a suite can measure now."""

    name: str
    title: str
    stamp: dict[str, Any]


class SuiteView(Output):
    """A suite, and what it can measure now."""

    name: str
    title: str
    about: str
    targets: list[TargetView]
    parameters: dict[str, Any] = Field(description="JSON Schema of what it takes, with the defaults")


class Suites(Output):
    """Suites, by name."""

    suites: list[SuiteView]


@operation("benchmarks.run", effect=Effect.WRITE, path=f"POST {BASE}/run", subject="suite", tool=True,
           common=True, durable=Durable(lane=LANE, attempts=3, timeout=timedelta(hours=6)))  # fmt: skip
def run(ctx: Context, input: ToRun) -> work.Ran:
    """Run benchmarks, keep what they measure, and say what became worse.

    Everything that can be measured now is measured unless something is named. A run is compared with earlier ones made
    under the same conditions; what looks worse is measured once more before it is told as `benchmarks.regressed`.
    """
    if input.suite:
        work.parameters_of(work.suite_named(ctx, input.suite), input.parameters)
    planned = ctx.step("plan", work.plan, ctx, input.suite, input.target, input.model)
    return work.carry_out(ctx, planned, input.parameters if input.suite else {}, input.runs)


@operation("benchmarks.suites", effect=Effect.READ, path=f"GET {BASE}/suites")
def suites(ctx: Context, input: Nothing) -> Suites:
    """Show every suite, what it takes and what it can measure now."""
    return Suites(
        suites=[
            SuiteView(
                name=one.name, title=one.title, about=one.about, parameters=one.parameters.model_json_schema(),
                targets=[target_view(each) for each in one.targets(ctx)],
            )
            for one in work.suites(ctx).values()
        ]
    )  # fmt: skip


def target_view(one: SuiteTarget) -> TargetView:
    """A target as it is told."""
    return TargetView(name=one.name, title=one.title, stamp=dict(one.stamp))


@operation("benchmarks.latest", effect=Effect.READ, path=f"GET {BASE}/latest", tool=True)
def latest(ctx: Context, input: Nothing) -> Runs:
    """Show the last run of each suite on each target."""
    with ctx.read() as connection:
        return Runs(runs=[view(one) for one in store.latest(connection)])


@operation("benchmarks.history", effect=Effect.READ, path=f"GET {BASE}/history")
def history(ctx: Context, input: Wanted) -> Runs:
    """Show what benchmarks measured, the newest run first."""
    with ctx.read() as connection:
        before = known(ctx, input.before) if input.before else None
        found = store.history(
            connection, suite=input.suite, target=input.target, before=before, limit=input.limit + 1
        )  # fmt: skip
    shown = found[: input.limit]
    return Runs(runs=[view(one) for one in shown], next=shown[-1].id if len(found) > len(shown) else None)


@operation("benchmarks.compare", effect=Effect.READ, path=f"GET {BASE}/compare")
def compare(ctx: Context, input: Two) -> Comparison:
    """Compare two runs figure by figure, with intervals, and say what they do not have in common."""
    return beside(known(ctx, input.first), known(ctx, input.second))


@endpoint("benchmarks.export", effect=Effect.READ, path=f"GET {BASE}/export")
def export(ctx: Context, input: ToExport) -> Raw:
    """Download runs as JSON, or every sample as a line of CSV; the last thousand runs at most."""
    if input.id:
        found = [known(ctx, input.id)]
    else:
        with ctx.read() as connection:
            found = store.history(connection, suite=input.suite, target=input.target, limit=EXPORTED)
    if input.format == "csv":
        return Raw(body=as_csv(found).encode(), media_type="text/csv; charset=utf-8", filename="benchmarks.csv")
    body = json.dumps([view(one).model_dump(mode="json") for one in found], indent=1, ensure_ascii=False)
    return Raw(body=body.encode(), media_type="application/json", filename="benchmarks.json")


@operation("benchmarks.show", effect=Effect.READ, path=f"GET {BASE}/{{id}}")
def show(ctx: Context, input: RunId) -> RunView:
    """Show one run with its figures, its samples, and the conditions it was made under."""
    return view(known(ctx, input.id))


def known(ctx: Context, id: str) -> Run:
    """A run. Raises ``NotFound``."""
    with ctx.read() as connection:
        found = store.one(connection, id)
    if found is None:
        raise NotFound(f"There is no benchmark run {id}.", fix="`hydra benchmarks history` shows them.")
    return found


def as_csv(runs: list[Run]) -> str:
    """One line for each sample. A text that a spreadsheet would take for a formula is written as text."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["run", "started_at", "suite", "target", "figure", "case", "unit", "sample", "of", "conditions"])
    for run in runs:
        for one in run.series:
            for place, sample in enumerate(one.samples):
                of = one.labels[place] if place < len(one.labels) else str(place + 1)
                texts = [run.suite, run.target, one.name, one.case, one.unit]
                lines.writerow(
                    [run.id, run.started_at.isoformat(), *map(plain, texts), sample, plain(of), run.conditions]
                )
    return out.getvalue()


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
