"""The pages of benchmarks: what was measured last and over time, one run with its conditions, two runs compared."""

from collections.abc import Sequence
from typing import Any

from hydra_lab.areas.benchmarks import store, work
from hydra_lab.areas.benchmarks.comparing import beside, label, number
from hydra_lab.areas.benchmarks.judges import store as judges
from hydra_lab.areas.benchmarks.judges.model import ENOUGH, agreement
from hydra_lab.areas.benchmarks.judges.operations import WANTED
from hydra_lab.areas.benchmarks.judging.intervals import middle
from hydra_lab.areas.benchmarks.model import Past, Run, view
from hydra_lab.areas.benchmarks.operations import BASE, known
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Series

# What became of a run: the name of its look, its icon, and the words for it.
LOOKS = {
    "worse": ("bad", "triangle-alert", "worse"), "better": ("ok", "arrow-up", "better"),
    "same": ("ok", "circle-check", "as usual"), "too few runs": ("unknown", "circle-question-mark", "too few to judge"),
    "busy": ("warn", "circle-pause", "machine was busy"), "failed": ("failed", "circle-x", "failed"),
    "not confirmed": ("warn", "circle-question-mark", "looked worse once"), "": ("unknown", "circle", "not judged"),
}  # fmt: skip
PLOTTED, OTHERS = 60, 30
CHARTS = 4


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The last run of everything that was measured, with how its first figure was over time."""
    with ctx.read() as connection:
        latest = store.latest(connection)
        charts = [
            chart(one, store.past(connection, one, limit=PLOTTED), heading(one))
            for one in latest[:CHARTS]
            if one.series
        ]
    return {
        "rows": [row(one) for one in latest],
        "titles": titles(ctx),
        "charts": [one for one in charts if one],
        "suites": list(work.suites(ctx).values()),
        "number": number,
        "base": BASE,
    }


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One run."""
    run = known(ctx, request.path["id"])
    suite = titles(ctx).get(run.suite, run.suite)
    with ctx.read() as connection:
        earlier = store.past(connection, run, limit=PLOTTED)
        told = judges.of_run(connection, run.id)
        trust = {name: agreement(name, judges.of_judge(connection, name), wanted_of(run))
                 for name in {one.judge for one in run.judged}}  # fmt: skip
    names = list(dict.fromkeys(one.name for one in run.series))
    chosen = request.query.get("figure") or (names[0] if names else "")
    plotted = next((one for one in run.series if one.name == chosen and one.samples), None)
    return {
        "title": f"{suite} on {run.target}",
        "suite": suite,
        "run": view(run),
        "row": row(run),
        "groups": groups(run),
        "names": names,
        "chosen": chosen,
        "chart": chart(run, earlier, plotted),
        "others": [one for one in earlier if one.state == "done"][:OTHERS],
        "findings": {(one.name, one.case, one.unit): one for one in (run.verdict.findings if run.verdict else ())},
        "number": number,
        "base": BASE,
        "judged": [(one, told.get(one.case)) for one in run.judged],
        "judges": list(trust.values()),
        "enough": ENOUGH,
    }


def wanted_of(run: Run) -> float:
    """From which agreement on a run trusts its judge."""
    return float(run.parameters.get("judge_agreement", WANTED))


def load_compare(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Two runs beside each other."""
    first, second = request.query.get("first"), request.query.get("second")
    found = beside(known(ctx, first), known(ctx, second)) if first and second else None
    suite = titles(ctx).get(found.first.suite, found.first.suite) if found else ""
    return {"title": "Two runs", "found": found, "suite": suite, "number": number}


def titles(ctx: Context) -> dict[str, str]:
    """What each suite is called."""
    return {one.name: one.title for one in work.suites(ctx).values()}


def heading(run: Run) -> Series | None:
    """The figure that stands for a run where there is room for one."""
    return next((one for one in run.series if one.watched and one.samples), None)


def row(run: Run) -> dict[str, Any]:
    """A run as a line."""
    first = heading(run)
    found = "failed" if run.state == "failed" else run.verdict.found if run.verdict else ""
    return {
        "run": run,
        "look": LOOKS[found],
        "figure": label(first) if first else None,
        "value": f"{number(middle(first.samples, first.typical))} {first.unit}" if first else None,
    }


def groups(run: Run) -> list[dict[str, Any]]:
    """The figures of a run by the case they were measured in."""
    cases: dict[str, list[Any]] = {}
    for one in view(run).figures:
        cases.setdefault(one.case, []).append(one)
    return [{"case": case, "figures": figures} for case, figures in cases.items()]


def chart(run: Run, earlier: Sequence[Past], figure: Series | None) -> dict[str, Any] | None:
    """One figure over time, with the runs before, the newest first; a run without it is a gap.

    ``None`` where there are not two to draw a line between.
    """
    if figure is None:
        return None
    points = [{"at": one.started_at, "value": one.middle(figure)} for one in reversed(earlier)]
    points.append({"at": run.started_at, "value": middle(figure.samples, figure.typical)})
    if sum(one["value"] is not None for one in points) < 2:
        return None
    others = any(one.conditions != run.conditions for one in earlier)
    return {"points": points, "name": figure.name, "case": figure.case, "unit": figure.unit, "run": run,
            "others": others}  # fmt: skip


PAGES = (
    Page(path="/benchmarks", title="Benchmarks", template="list.html", load=load_list,
         nav=("Lab", 70, "clock", "Benchmarks")),
    Page(path="/benchmarks/compare", title="Two runs", template="compare.html", load=load_compare),
    Page(path="/benchmarks/{id}", title="Run", template="one.html", load=load_one),
)  # fmt: skip
