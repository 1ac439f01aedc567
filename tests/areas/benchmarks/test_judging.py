"""Whether a run is called worse: seldom where nothing changed, surely where something did."""

import dataclasses
import random
from datetime import UTC, datetime
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.areas.benchmarks.comparing import after_another, compared
from hydra_lab.areas.benchmarks.judging.intervals import chance, percentile, ratio_interval, t_quantile
from hydra_lab.areas.benchmarks.judging.verdict import FALSE_ALARMS, judged, undisturbed
from hydra_lab.areas.benchmarks.model import Load, Run
from hydra_lab.kernel.contributions import Series

FIGURES, SAMPLES = 3, 7


def run(dice: random.Random, between: float, within: float, slower: float = 1.0) -> list[Series]:
    """A run whose machine was a bit faster or slower as a whole, as machines are."""
    return [
        Series(
            name=f"figure {n}", unit="ms", better="lower",
            samples=tuple(slower * 100 * dice.lognormvariate(day, within) for _ in range(SAMPLES)),
        )
        for n, day in ((n, dice.gauss(0, between)) for n in range(FIGURES))
    ]  # fmt: skip


@pytest.mark.parametrize(("between", "within"), [(0.05, 0.02), (0.0, 0.1), (0.03, 0.3)])
def test_runs_in_which_nothing_changed_are_called_worse_no_more_often_than_promised(
    between: float, within: float
) -> None:
    dice, rounds = random.Random(7), 100
    alarms = sum(
        any(one.found == "worse" for one in judged(run(dice, between, within), earlier))
        for earlier in ([run(dice, between, within) for _ in range(4)] for _ in range(rounds))
    )
    assert alarms <= FALSE_ALARMS * rounds + 3 * (FALSE_ALARMS * (1 - FALSE_ALARMS) * rounds) ** 0.5


def test_a_run_that_takes_a_third_longer_is_found() -> None:
    dice, rounds = random.Random(8), 25
    found = 0
    for _ in range(rounds):
        told = judged(run(dice, 0.02, 0.05, slower=1.35), [run(dice, 0.02, 0.05) for _ in range(6)])
        found += any(one.found == "worse" for one in told)
    assert found >= 0.9 * rounds


def found_worse(dice: random.Random, *, slower: float = 1.0, burst: float = 0.0, bursty: float = 0.0) -> bool:
    """Whether a run is told as worse after its second look; ``burst`` is the share of its samples that take twice as
    long in the first one, ``bursty`` that of earlier runs to which this happened."""

    def noisy(slower: float = 1.0, burst: float = 0.0) -> Run:
        figures = [
            dataclasses.replace(one, samples=tuple(s * 2 if dice.random() < burst else s for s in one.samples))
            for one in run(dice, 0.02, 0.04, slower)
        ]
        at = datetime(2026, 1, 1, tzinfo=UTC)
        return Run(id=str(dice.random()), suite="s", target="t", item=None, state="done", started_at=at, ended_at=at,
                   parameters={}, stamp={}, load=Load(before=5, after=5), series=figures, remarks=[])  # fmt: skip

    earlier = [noisy(burst=0.4 if dice.random() < bursty else 0) for _ in range(8)]
    first = compared(noisy(slower, burst), earlier)
    return first.found == "worse" and after_another(first, compared(noisy(slower), earlier)).found == "worse"


@pytest.mark.parametrize(
    ("least", "most", "how"),
    [
        (0.0, 0.1, {}),
        (0.0, 0.1, {"burst": 0.5}),
        (0.0, 0.1, {"bursty": 0.2}),
        (0.9, 1.0, {"slower": 1.2}),
        (0.5, 1.0, {"slower": 1.2, "bursty": 0.2}),
    ],
)
def test_load_does_not_cry_wolf_and_a_fifth_longer_is_found(least: float, most: float, how: dict[str, float]) -> None:
    dice, rounds = random.Random(11), 30
    assert least <= sum(found_worse(dice, **how) for _ in range(rounds)) / rounds <= most


def test_an_earlier_run_that_stood_apart_for_once_does_not_count_and_what_may_be_a_change_does() -> None:
    assert undisturbed([1.0, 1.01, 9.0, 0.99, 1.0, 1.02]) == [0, 1, 3, 4, 5]
    assert undisturbed([9.0, 1.01, 1.0, 0.99, 1.0, 1.02]) == [0, 1, 2, 3, 4, 5], "the newest may have begun something"
    assert undisturbed([1.0, 9.0, 9.0, 0.99, 1.0, 1.02]) == [0, 1, 2, 3, 4, 5], "twice is no chance"
    assert undisturbed([1.0, 9.0, 1.0, 1.0]) == [0, 1, 2, 3], "too few to tell"


def test_a_faster_run_is_better_and_a_rate_that_falls_is_worse() -> None:
    def told(better: str, value: float) -> str:
        one = Series(name="x", unit="u", better=better, samples=(value, value * 1.01, value * 0.99))  # type: ignore[arg-type]
        old = [Series(name="x", unit="u", better=better, samples=(v, v * 1.01, v * 0.99)) for v in (100, 101, 99, 100)]  # type: ignore[arg-type]
        return judged([one], [[each] for each in old])[0].found

    assert [told("lower", 60), told("lower", 160), told("higher", 60), told("higher", 160)] == [
        "better", "worse", "worse", "better",
    ]  # fmt: skip
    assert told("lower", 104) == "same", "less than the least change that is told"


def test_figures_without_enough_earlier_runs_are_not_judged() -> None:
    new = run(random.Random(1), 0, 0.1)
    assert {one.found for one in judged(new, [new, new])} == {"too few runs"}
    assert judged([Series(name="x", unit="ms", better="lower", samples=())], [new]) == []
    other = Series(name=new[0].name, unit="s", better="lower", samples=(1.0,))
    assert judged([other], [new] * 5)[0].found == "too few runs", "another unit is another figure"


def test_shares_are_judged_on_their_own_scale() -> None:
    def score(right: int) -> Series:
        samples = (1.0,) * right + (0.0,) * (30 - right)
        return Series(name="right", unit="share", better="higher", samples=samples, typical="mean")

    earlier = [[score(right)] for right in (26, 27, 26, 28, 27)]
    assert judged([score(26)], earlier)[0].found == "same"
    assert judged([score(0)], earlier)[0].found == "worse"


@pytest.mark.parametrize(
    ("share", "freedom", "value"),
    [(0.975, 1, 12.706), (0.975, 2, 4.303), (0.95, 3, 2.353), (0.99, 4, 3.747), (0.995, 9, 3.250), (0.975, 30, 2.042)],
)
def test_quantiles_are_those_of_the_tables(share: float, freedom: int, value: float) -> None:
    assert t_quantile(share, freedom) == pytest.approx(value, abs=1e-3)


def test_a_percentile_wants_enough_samples() -> None:
    assert percentile(range(1, 20), 95) is None
    assert percentile(range(1, 101), 99) == pytest.approx(99.01)
    assert (percentile([3.0], 50), percentile([1.0, 2.0, 4.0], 50), percentile([], 50)) == (None, 2.0, None)


@given(st.lists(st.floats(1, 1000), min_size=5, max_size=20), st.floats(0.5, 2))
def test_the_interval_of_a_ratio_holds_the_ratio_of_the_medians(samples: list[float], times: float) -> None:
    scaled = [each * times for each in samples]
    found = ratio_interval(scaled, samples, "median", chance("x"))
    assert found
    assert found[0] <= median(scaled) / median(samples) * (1 + 1e-9)
    assert found[1] >= median(scaled) / median(samples) * (1 - 1e-9)


def test_two_runs_with_too_few_samples_have_no_interval() -> None:
    assert ratio_interval([1.0] * 4, [1.0] * 9, "median", chance("x")) is None
