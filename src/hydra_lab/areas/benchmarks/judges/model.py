"""A judge's rubric, and how often people agree with it: a share with its interval, and what chance leaves of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from hydra_lab.kernel.operation import Input, Output

ENOUGH = 20  # people's verdicts before anything is said about a judge
Z = 1.96  # of 95 %
Trust = Literal["not yet known", "trusted", "not trusted"]


class Rubric(Input):
    """How a judge model decides. With ``beside`` it says which of two answers is better, else it gives a grade."""

    rubric: str = Field(min_length=1, max_length=4000, description="What a good answer is, for the judge")
    scale: int = Field(default=5, ge=2, le=10, description="The best grade; the worst is 1")
    passes: int = Field(default=4, ge=2, le=10, description="The grade from which on an answer is right")
    beside: str | None = Field(default=None, max_length=20_000, description="An answer that it must be better than")

    @model_validator(mode="after")
    def within_the_scale(self) -> Self:
        """A grade that can be reached."""
        if self.passes > self.scale:
            raise ValueError("no answer can pass: the grade that passes is above the scale")
        return self


@dataclass(frozen=True, kw_only=True)
class Told:
    """A person's verdict on a judge's: what the judge said, and whether the person agrees."""

    right: bool
    agrees: bool


class Agreement(Output):
    """How far people agree with a judge. The figures are ``null`` until there are enough verdicts."""

    judge: str
    verdicts: int
    agreed: int
    share: float | None = Field(description="The share of verdicts in which people agree")
    low: float | None = Field(description="Its 95 % interval, after Wilson")
    high: float | None
    kappa: float | None = Field(description="Cohen's kappa: 1 is full agreement, 0 no more than chance")
    wanted: float = Field(description="The share from which on the judge is trusted")
    trust: Trust


def agreement(judge: str, told: Sequence[Told], wanted: float) -> Agreement:
    """How far people agree with a judge, and whether that is enough."""
    count, agreed = len(told), sum(one.agrees for one in told)
    if count < ENOUGH:
        return Agreement(judge=judge, verdicts=count, agreed=agreed, share=None, low=None, high=None, kappa=None,
                         wanted=wanted, trust="not yet known")  # fmt: skip
    share = agreed / count
    low, high = wilson(agreed, count)
    return Agreement(
        judge=judge, verdicts=count, agreed=agreed, share=share, low=low, high=high, kappa=kappa(told), wanted=wanted,
        trust="trusted" if share >= wanted else "not trusted",
    )  # fmt: skip


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    share, square = hits / count, Z * Z / count
    centre = (share + square / 2) / (1 + square)
    half = Z * math.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def kappa(told: Sequence[Told]) -> float | None:
    """Cohen's kappa of the judge and people; ``None`` where both say the same of everything, so chance says all."""
    count = len(told)
    judge = sum(one.right for one in told) / count
    people = sum(one.right == one.agrees for one in told) / count
    by_chance = judge * people + (1 - judge) * (1 - people)
    if math.isclose(by_chance, 1.0):
        return None
    return (sum(one.agrees for one in told) / count - by_chance) / (1 - by_chance)


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rank correlation, ties shared; ``None`` where either does not vary."""
    a, b = ranks(one), ranks(other)
    mean = (len(a) + 1) / 2
    top = sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True))
    below = math.sqrt(sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b))
    return top / below if below else None


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1 on; equal values share the mean of theirs."""
    return [sum(each < one for each in values) + (sum(each == one for each in values) + 1) / 2 for one in values]
