"""How alike a question must be for a kept answer: learned for each answer, so that errors stay under a bound.

After vCache (Schroeder et al., “vCache: Verified Semantic Prompt Caching”, 2025): for each kept answer there are
observations, each a similarity and whether the answer was right there. The chance of its being right at a similarity is
a logistic curve with a middle and a steepness; both are fitted by maximum likelihood, and all curves that are not much
less likely than the best make a band of confidence. From the band's lower edge follows how often the model must be
asked anyway, so that wrong answers stay at or under the bound.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

MIDDLES = tuple(0.5 + step / 50 for step in range(26))  # 0.5 to 1, beyond which no question is as alike
STEP = 200  # similarities are told apart by this part of 1
STEEPNESSES = (4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
CURVES = tuple((middle, steep) for middle in MIDDLES for steep in STEEPNESSES)
DOUBTS = (0.003, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12)
MOST = 200  # observations of an answer that count, the newest


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Whether a kept answer was right for a question of a similarity."""

    similarity: float
    right: bool


@lru_cache(maxsize=1)
def falls() -> tuple[tuple[float, float], ...]:
    """For each doubt how much less likely (in logarithms) a curve within the band may be than the best."""
    return tuple((doubt, NormalDist().inv_cdf(1 - doubt) ** 2 / 2) for doubt in DOUBTS)


def log_chance(similarity: float, middle: float, steep: float, *, right: bool) -> float:
    """The logarithm of the chance of what was observed."""
    value = steep * (similarity - middle) * (1 if right else -1)
    return -math.log1p(math.exp(-value)) if value > -30 else value


@lru_cache(maxsize=1024)
def log_chances(place: int, *, right: bool) -> tuple[float, ...]:
    """What one observation says of each curve."""
    return tuple(log_chance(place / STEP, middle, steep, right=right) for middle, steep in CURVES)


@lru_cache(maxsize=512)
def likelihoods(observations: tuple[Observation, ...]) -> tuple[float, ...]:
    """How likely each curve is, as logarithms."""
    found = [0.0] * len(CURVES)
    for (place, right), count in Counter((round(one.similarity * STEP), one.right) for one in observations).items():
        found = [sum_ + count * one for sum_, one in zip(found, log_chances(place, right=right), strict=True)]
    return tuple(found)


def least_chance(observations: Sequence[Observation], similarity: float, doubt_fall: float) -> float:
    """The lower edge of the band: the least chance of being right at a similarity that some curve within it has."""
    likely = likelihoods(tuple(observations))
    least = max(likely) - doubt_fall
    chances = log_chances(round(similarity * STEP), right=True)
    return math.exp(min(chance for chance, one in zip(chances, likely, strict=True) if one >= least))


def ask_anyway(observations: Sequence[Observation], similarity: float, bound: float) -> float:
    """How often, from 0 to 1, the model must be asked though there is a kept answer of this similarity.

    With ``p`` the chance of being right, wrong answers are given in (1 - this) · (1 - p) of the cases, which is at most
    ``bound``. An answer that was never observed is always compared first.
    """
    if not observations:
        return 1.0
    newest = tuple(observations)[-MOST:]
    needed = 1.0
    for doubt, fall in falls():
        chance = (1 - doubt) * least_chance(newest, similarity, fall)
        needed = min(needed, 1 - bound / (1 - chance) if chance < 1 - bound else 0.0)
    return max(0.0, needed)


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A share with its 95 % interval."""

    wrong: float
    of: float
    share: float | None
    low: float
    high: float


def wilson(wrong: float, of: float, z: float = 1.96) -> Interval:
    """Wilson's interval of a share; with nothing observed anything is possible."""
    if not of:
        return Interval(wrong=0, of=0, share=None, low=0.0, high=1.0)
    share = min(1.0, wrong / of)
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return Interval(wrong=wrong, of=of, share=share, low=max(0.0, middle - half), high=min(1.0, middle + half))
