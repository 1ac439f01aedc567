"""Runs beside each other: one and those before it, any two, and what came of it in words."""

from collections.abc import Sequence

from pydantic import Field

from hydra_lab.areas.benchmarks.judging.intervals import chance, middle, ratio_interval
from hydra_lab.areas.benchmarks.judging.verdict import FEWEST, MOST, Finding, judged, key
from hydra_lab.areas.benchmarks.model import Run, RunView, Verdict, differences, view
from hydra_lab.kernel.contributions import Series
from hydra_lab.kernel.operation import Output


class Pair(Output):
    """One figure in two runs. ``ratio`` is the second's middle divided by the first's; ``null`` is unknown.

    The interval (95 %, bootstrap over the samples) holds the chance within both runs, not that between runs.
    """

    name: str
    case: str
    unit: str
    better: str
    first: float | None
    second: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    said: str = Field(description="What the interval says: better, worse, no difference shown, too few samples")


class Comparison(Output):
    """Two runs beside each other."""

    first: RunView
    second: RunView
    comparable: bool = Field(description="Whether both were made under the same conditions")
    differences: list[str] = Field(description="What they do not have in common, or what is unknown of both")
    pairs: list[Pair]
    note: str


def compared(run: Run, earlier: Sequence[Run]) -> Verdict:
    """A run beside earlier ones of the same conditions, the newest first; busy ones say nothing."""
    if run.load.busy:
        return Verdict(found="busy", why="The machine was busy with other things, so the figures are not judged.")
    quiet = [one for one in earlier if not one.load.busy and one.id != run.id][:MOST]
    findings = judged(run.series, [one.series for one in quiet])
    told = {one.found for one in findings}
    if told <= {"too few runs"}:
        some = "no earlier run" if not quiet else f"{len(quiet)} of at least {FEWEST} earlier runs"
        return Verdict(found="too few runs", why=f"There is {some} under the same conditions.", findings=findings)
    if "worse" in told:
        return Verdict(found="worse", why="Worse than earlier runs differ from each other.", findings=findings)
    if "better" in told:
        return Verdict(found="better", why="Better than earlier runs differ from each other.", findings=findings)
    return Verdict(
        found="same", why=f"Within what {len(quiet)} earlier runs let one expect.", findings=findings
    )  # fmt: skip


def after_another(first: Verdict, second: Verdict) -> Verdict:
    """What is left of a run that looked worse, after another one was made: only what both times was worse."""
    worse = {(one.name, one.case, one.unit) for one in second.findings if one.found == "worse"}
    kept = [
        one if one.found != "worse" or (one.name, one.case, one.unit) in worse else changed(one)
        for one in first.findings
    ]
    if any(one.found == "worse" for one in kept):
        return Verdict(found="worse", why="Worse than earlier runs, in two runs one after the other.", findings=kept)
    why = f"It looked worse, and another run did not show it. {second.why if second.found == 'busy' else ''}".strip()
    return Verdict(found="not confirmed", why=why, findings=kept)


def changed(one: Finding) -> Finding:
    """A finding that another run did not show."""
    return one.model_copy(update={"found": "same"})


def in_words(verdict: Verdict) -> str:
    """What is worse, in a few words; the largest change first."""
    worse = sorted((one for one in verdict.findings if one.found == "worse"), key=lambda one: -abs(one.change or 0))
    told = [f"{label(one)} {number(one.value)} {one.unit}, usually {number(one.usual)}" for one in worse[:3]]
    more = f"; {len(worse) - 3} more figures" if len(worse) > 3 else ""
    return "; ".join(told) + more


def label(one: Finding | Series) -> str:
    """A figure's name with its case."""
    return f"{one.name} ({one.case})" if one.case else one.name


def number(value: float | None) -> str:
    """A figure as a person reads it."""
    return "unknown" if value is None else f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"


def summary(runs: Sequence[Run], regressed: Sequence[str]) -> str:
    """What was measured, in sentences: the first figure of each run."""
    said = []
    for run in runs:
        first = next((one for one in run.series if one.samples), None)
        told = f"{label(first)} {number(middle(first.samples, first.typical))} {first.unit}" if first else run.error
        said.append(f"{run.suite} on {run.target}: {told}.")
    worse = f" Worse: {'. '.join(regressed)}." if regressed else ""
    return " ".join(said[:6]) + (f" And {len(said) - 6} more runs." if len(said) > 6 else "") + worse


def beside(first: Run, second: Run) -> Comparison:
    """Two runs, figure by figure; the older one is the first."""
    if second.started_at < first.started_at:
        first, second = second, first
    old, new = {key(one): one for one in first.series}, {key(one): one for one in second.series}
    differing = differences(first, second)
    comparable = first.conditions == second.conditions and not first.load.busy and not second.load.busy
    note = (
        "The intervals hold the chance within both runs. Between runs a machine differs, too: a verdict needs several."
    )
    if not comparable:
        note = f"These runs were not made under the same conditions. {note}"
    return Comparison(
        first=view(first), second=view(second), comparable=comparable, differences=differing, note=note,
        pairs=[pair(old.get(each), new.get(each)) for each in dict.fromkeys([*old, *new])],
    )  # fmt: skip


def pair(old: Series | None, new: Series | None) -> Pair:
    """One figure in two runs; at least one of them has it."""
    one = new or old
    assert one is not None
    first = middle(old.samples, one.typical) if old and old.samples else None
    second = middle(new.samples, one.typical) if new and new.samples else None
    ratio = second / first if first and second is not None else None
    interval = None
    if old and new and ratio is not None:
        interval = ratio_interval(new.samples, old.samples, one.typical, chance(*key(one)))
    low, high = interval or (None, None)
    said = "missing in one of them" if first is None or second is None else "too few samples"
    if low is not None and high is not None:
        more, less = ("worse", "better") if one.better == "lower" else ("better", "worse")
        said = more if low > 1 else less if high < 1 else "no difference shown"
    return Pair(
        name=one.name, case=one.case, unit=one.unit, better=one.better, first=first, second=second, ratio=ratio,
        ratio_low=low, ratio_high=high, said=said,
    )  # fmt: skip
