"""What samples tell and how surely: percentiles, bootstrap intervals, and quantiles of Student's t."""

import math
import random
import zlib
from collections.abc import Sequence
from statistics import fmean, median, pstdev
from typing import Literal

Typical = Literal["median", "mean"]
RESAMPLES = 200


def middle(samples: Sequence[float], typical: Typical) -> float:
    """What stands for samples, of which there is at least one."""
    return median(samples) if typical == "median" else fmean(samples)


def percentile(samples: Sequence[float], percent: float) -> float | None:
    """A percentile, between neighbours where it falls between; ``None`` where so few samples cannot show it.

    The 95th takes at least 20 samples and the 99th 100: with fewer it would be the largest one under another name.
    """
    rare = min(percent, 100 - percent) / 100
    if not samples or len(samples) * rare < 1 - 1e-9:
        return None
    ordered = sorted(samples)
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def chance(*words: str) -> random.Random:
    """Chance that is the same for the same words, so that a verdict can be repeated."""
    return random.Random(zlib.crc32("\0".join(words).encode()))  # noqa: S311 - for statistics


def resampled(samples: Sequence[float], typical: Typical, dice: random.Random, times: int = RESAMPLES) -> list[float]:
    """Middles of samples drawn with replacement from samples."""
    return [middle(dice.choices(samples, k=len(samples)), typical) for _ in range(times)]


def spread(samples: Sequence[float], typical: Typical, dice: random.Random, times: int = RESAMPLES) -> float:
    """The bootstrap's standard error of the middle; 0 for a single sample, of which nothing is known."""
    return pstdev(resampled(samples, typical, dice, times)) if len(samples) > 1 else 0.0


def ratio_interval(
    new: Sequence[float], old: Sequence[float], typical: Typical, dice: random.Random, level: float = 0.95
) -> tuple[float, float] | None:
    """Between which values the new middle divided by the old one lies, by the percentile bootstrap.

    ``None`` where there are fewer than five samples on a side, or the old middle comes to zero.
    """
    if min(len(new), len(old)) < 5:
        return None
    pairs = zip(resampled(new, typical, dice, 1000), resampled(old, typical, dice, 1000), strict=True)
    ratios = [one / other for one, other in pairs if other]
    if len(ratios) < 1000:
        return None
    tail = 50 * (1 - level)
    low, high = percentile(ratios, tail), percentile(ratios, 100 - tail)
    return None if low is None or high is None else (low, high)


def t_quantile(probability: float, freedom: int) -> float:
    """Student's t below which a share of 0.5 to 1 lies, for a whole number of degrees of freedom."""
    low, high = 0.0, 1.0
    while t_share(high, freedom) < probability:
        high *= 2
    for _ in range(80):
        between = (low + high) / 2
        low, high = (between, high) if t_share(between, freedom) < probability else (low, between)
    return high


def t_share(value: float, freedom: int) -> float:
    """How much of Student's t lies below a positive value: Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    angle = math.atan(value / math.sqrt(freedom))
    sine, square = math.sin(angle), math.cos(angle) ** 2
    odd = freedom % 2
    term, total = (math.cos(angle), 0.0) if odd else (1.0, 1.0)
    if odd and freedom > 1:
        total = term
    for k in range(3 if odd else 2, freedom, 2):
        term *= square * (k - 1) / k
        total += term
    share = 2 / math.pi * (angle + sine * total) if odd else sine * total
    return 0.5 + share / 2
