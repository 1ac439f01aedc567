"""The cache measured: what its guard makes of lists of questions, and how long the most alike take to be found."""

import os
import platform
import random
import time
from array import array

from pydantic import Field

from hydra_lab.areas.cache.alike.searching import FIRST, Family, cosine, signs_of, unit
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import BenchmarkSuite, Series, SuiteResult, SuiteTarget
from hydra_lab.kernel.operation import Input

HERE = "this machine"
LISTS = ("opposites", "paraphrases")


class CacheParameters(Input):
    """How much is measured."""

    entries: int = Field(default=20_000, ge=100, le=200_000, description="Kept questions among which is looked")
    numbers: int = Field(default=768, ge=8, le=8192, description="Numbers of a vector")
    samples: int = Field(default=30, ge=3, le=1000, description="Questions that are looked up")


def targets(ctx: Context) -> list[SuiteTarget]:
    """This machine."""
    return [SuiteTarget(name="cache", title="The cache's own part", stamp={"host": platform.node()}, node=HERE)]


def run(ctx: Context, target: SuiteTarget, parameters: CacheParameters) -> SuiteResult:
    """Measure without a model and without what is kept: the guard on its lists, and the search on made-up vectors."""
    return ctx.step("measure the cache", in_child, ctx, parameters)


def in_child(ctx: Context, parameters: CacheParameters) -> SuiteResult:
    """In a process of its own, so that the server does not wait."""
    return ctx.child(measured, parameters.entries, parameters.numbers, parameters.samples)


def measured(entries: int, numbers: int, samples: int) -> SuiteResult:
    """The share of opposites that the guard lets through, of paraphrases that it lets pass, and times of searches."""
    from hydra_lab.areas.cache.guard import difference
    from hydra_lab.areas.cache.guard.pairs import pairs

    found = {name: pairs(name) for name in LISTS}
    passed = {name: sum(difference(*pair) is None for pair in found[name]) for name in LISTS}
    shares = [100 * passed[name] / len(found[name]) for name in LISTS]
    search = Series(
        name="finding the most alike", unit="ms", better="lower", case=f"{entries} questions, {numbers} numbers",
        samples=tuple(searches(entries, numbers, samples)),
    )  # fmt: skip
    return SuiteResult(
        series=(
            Series(name="opposites let through", unit="%", better="lower", samples=(round(shares[0], 2),)),
            Series(name="paraphrases let pass", unit="%", better="higher", samples=(round(shares[1], 2),)),
            search,
        ),
        remarks=(
            "No model was asked: the guard compares words, and the vectors are made up.",
            f"{len(found['opposites'])} opposites and {len(found['paraphrases'])} paraphrases come with Hydra.",
        ),
    )  # fmt: skip


def searches(entries: int, numbers: int, samples: int) -> list[float]:
    """Milliseconds of each search: among the signs of all, then among the vectors of the nearest."""
    chance = random.Random(os.getpid())  # noqa: S311 - vectors to measure with
    top = 1 << numbers
    family = Family(signs=[top | chance.getrandbits(numbers) for _ in range(entries)], entries=[""] * entries)
    near = [vector(chance, numbers) for _ in range(FIRST)]
    times = []
    for _ in range(samples + 1):
        asked = vector(chance, numbers)
        began = time.perf_counter()
        family.nearest(int.from_bytes(signs_of(asked), "big"))
        max(cosine(asked, one) for one in near)
        times.append(round((time.perf_counter() - began) * 1000, 3))
    return times[1:]  # the first warms up


def vector(chance: random.Random, numbers: int) -> "array[float]":
    """A vector in any direction."""
    return unit([chance.gauss(0, 1) for _ in range(numbers)]) or array("f", [1.0] + [0.0] * (numbers - 1))


SUITE = BenchmarkSuite(
    name="cache",
    title="The cache",
    about="What the cache's guard makes of lists of questions, and how long finding an alike one takes.",
    targets=targets,
    parameters=CacheParameters,
    run=run,
)
