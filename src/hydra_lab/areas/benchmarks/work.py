"""Running benchmarks: look at the machine, measure, keep, compare; what looks worse is measured once more."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from hydra_lab.areas.benchmarks import conditions, store
from hydra_lab.areas.benchmarks.comparing import after_another, compared, in_words, summary
from hydra_lab.areas.benchmarks.model import Load, Run, Stamp, Verdict
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import BenchmarkSuite, SuiteResult, SuiteTarget
from hydra_lab.kernel.errors import Conflict, HydraError, Invalid, NotFound, Outcome, row_of
from hydra_lab.kernel.operation import Input, Output


class ToMeasure(Output):
    """One suite on one target."""

    suite: str
    target: SuiteTarget


class Plan(Output):
    """What is measured one after the other, and what is left out and why."""

    measured: list[ToMeasure]
    skipped: list[str]


class Ran(Output):
    """What came of running benchmarks."""

    summary: str
    runs: list[str]
    regressed: list[str]
    failed: list[str]
    skipped: list[str]


def suites(ctx: Context) -> dict[str, BenchmarkSuite]:
    """Every suite of this Hydra, by name."""
    return {one.name: one for one in sorted(ctx.services.registry.contributions(BenchmarkSuite), key=lambda s: s.name)}


def suite_named(ctx: Context, name: str) -> BenchmarkSuite:
    """A suite. Raises ``NotFound`` that names those there are."""
    known = suites(ctx)
    if name not in known:
        raise NotFound(f"There is no suite “{name}”.", fix=f"One of {', '.join(known)}.")
    return known[name]


def parameters_of(suite: BenchmarkSuite, given: dict[str, Any]) -> Input:
    """What a suite is run with. Raises ``Invalid`` that lists everything wrong."""
    try:
        return suite.parameters.model_validate(given)
    except ValidationError as error:
        problems = [
            {"field": ".".join(map(str, ("parameters", *one["loc"]))), "problem": one["msg"]} for one in error.errors()
        ]
        wrong = "; ".join(f"{one['field'].partition('.')[2]}: {one['problem']}" for one in problems)
        fix = "`hydra benchmarks suites` shows what each takes."
        raise Invalid(f"{suite.title} does not take these parameters: {wrong}.", problems=problems, fix=fix) from error


def plan(ctx: Context, suite: str | None, target: str | None, model: str | None) -> Plan:
    """What is to be measured. Raises where something was named that cannot be measured now."""
    measured: list[ToMeasure] = []
    skipped: list[str] = []
    for one in [suite_named(ctx, suite)] if suite else suites(ctx).values():
        found = [each for each in one.targets(ctx) if fits(each, target, model)]
        measured += [ToMeasure(suite=one.name, target=each) for each in found]
        if not found:
            skipped.append(f"{one.title}: there is nothing like that to measure now.")
            if suite and one.need and not ctx.services.integrations.configured(one.need):
                ctx.services.integrations.require([one.need])
    if not measured:
        raise Conflict(
            f"There is nothing to measure: {' '.join(skipped)}",
            fix="`hydra benchmarks suites` shows what can be measured now.",
        )
    return Plan(measured=measured, skipped=skipped)


def fits(one: SuiteTarget, target: str | None, model: str | None) -> bool:
    """Whether a target is meant."""
    return (target is None or one.name == target) and (model is None or one.stamp.get("model") == model)


def carry_out(ctx: Context, planned: Plan, given: dict[str, Any], times: int) -> Ran:
    """Measure what was planned, one after the other; what cannot be measured does not stop the rest."""
    runs: list[Run] = []
    regressed: list[str] = []
    total = len(planned.measured) * times
    for place, one in enumerate(each for each in planned.measured for _ in range(times)):
        ctx.progress(place / total, f"{one.suite} on {one.target.title}")
        run = measure(ctx, one, given)
        runs.append(run)
        verdict = ctx.step("compare", judge, ctx, run, run.started_at)
        if verdict.found == "worse":
            ctx.log(f"{one.suite} on {one.target.title} looks worse; it is measured once more.", "warning")
            again = measure(ctx, one, given)
            runs.append(again)
            verdict = after_another(verdict, ctx.step("compare again", judge, ctx, again, run.started_at))
        ctx.transaction("conclude", conclude, ctx, run, verdict)
        if verdict.found == "worse":
            regressed.append(f"{one.suite} on {one.target.title}: {in_words(verdict)}")
    failed = [f"{one.suite} on {one.target}: {one.error}" for one in runs if one.state == "failed"]
    if len(failed) == len(runs):
        raise Conflict(f"Nothing could be measured. {failed[0]}", fix="Its run under /ui/benchmarks says more.")
    return Ran(summary=summary(runs, regressed), runs=[one.id for one in runs], regressed=regressed, failed=failed,
               skipped=planned.skipped)  # fmt: skip


def measure(ctx: Context, one: ToMeasure, given: dict[str, Any]) -> Run:
    """One run, kept. What another attempt may bring is raised; any other error is kept as the run's outcome."""
    suite, target = suite_named(ctx, one.suite), one.target
    parameters = parameters_of(suite, given)
    id, started = ctx.new_id(), ctx.clock.now()
    stamp = ctx.step("note the conditions", conditions.stamp, ctx, target)
    load = ctx.step("look at the machine", conditions.load_before, ctx, target)
    result, error = SuiteResult(series=()), None
    try:
        result = suite.run(ctx, target, parameters)
    except HydraError as problem:
        if row_of(problem).outcome is not Outcome.FAILED:
            raise
        error = problem.detail
    load = ctx.step("look again", conditions.load_after, ctx, target, load)
    run = kept_run(ctx, id, started, one, parameters, stamp, load, result, error)
    ctx.transaction("keep", keep, ctx, run)
    return run


def kept_run(
    ctx: Context, id: str, started: datetime, one: ToMeasure, parameters: Input, stamp: Stamp, load: Load,
    result: SuiteResult, error: str | None,
) -> Run:  # fmt: skip
    """A run as it is kept."""
    return Run(
        id=id, suite=one.suite, target=one.target.name, item=ctx.item_id, state="failed" if error else "done",
        started_at=started, ended_at=ctx.clock.now(), parameters=parameters.model_dump(mode="json"), stamp=stamp,
        load=load, series=list(result.series), remarks=list(result.remarks), judged=list(result.judged),
        error=error,
    )  # fmt: skip


def keep(connection: Connection, ctx: Context, run: Run) -> None:
    """Keep a run and journal it."""
    store.put(connection, run)
    ctx.emit(
        connection, "benchmarks.measured", subject=f"{run.suite} on {run.target}",
        data={"run": run.id, "suite": run.suite, "target": run.target, "state": run.state, "problem": run.error},
    )  # fmt: skip


def judge(ctx: Context, run: Run, before: datetime) -> Verdict:
    """A run beside those that were made before a time under the same conditions."""
    with ctx.read() as connection:
        return compared(run, store.like(connection, run, before=before))


def conclude(connection: Connection, ctx: Context, run: Run, verdict: Verdict) -> None:
    """Keep what came of a run, and journal it where it is worse."""
    store.put_verdict(connection, run.id, verdict)
    if verdict.found == "worse":
        worse = [one.model_dump(mode="json") for one in verdict.findings if one.found == "worse"]
        ctx.emit(
            connection, "benchmarks.regressed", subject=f"{run.suite} on {run.target}",
            data={"run": run.id, "suite": run.suite, "target": run.target, "detail": in_words(verdict),
                  "figures": worse},
        )  # fmt: skip
