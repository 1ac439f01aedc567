"""Whether a run is worse than the runs before it, or only differs from them as they differ from each other."""

import math
from collections.abc import Sequence
from statistics import fmean, median, variance
from typing import Literal

from hydra_lab.areas.benchmarks.judging.intervals import chance, middle, spread, t_quantile
from hydra_lab.kernel.contributions import Series
from hydra_lab.kernel.operation import Output

FALSE_ALARMS = 0.05  # at most so many runs in which nothing changed are called worse, all their figures together
FEWEST = 3  # earlier runs
MOST = 10  # of them the last
LEAST_CHANGE = 0.05  # smaller changes are not told, however sure they are
ENOUGH_TO_TELL = 5  # earlier runs of which one may be said to stand apart
APART = 6.0  # standard deviations, as the median distance from the median gives them
TO_SIGMA = 1.4826  # of a normal distribution

Found = Literal["worse", "better", "same", "too few runs"]


class Finding(Output):
    """One figure beside its earlier ones. ``change`` is relative: 0.1 is a tenth more; ``null`` where unknown.

    ``low`` and ``high`` are between which values another run without a change was to be expected.
    """

    name: str
    case: str
    unit: str
    found: Found
    value: float
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    change: float | None = None
    runs: int


def key(one: Series) -> tuple[str, str, str]:
    """What makes figures of two runs the same figure."""
    return (one.name, one.case, one.unit)


def judged(new: Sequence[Series], earlier: Sequence[Sequence[Series]]) -> list[Finding]:
    """Every watched figure of a run beside those of earlier runs made under the same conditions.

    A figure of a run is the middle of its samples. Where nothing changed, it falls into the prediction interval that
    the earlier runs give (Student's t), whose width holds at least what the bootstrap finds within single runs. The
    share of false alarms is divided by the number of figures that can be judged (Bonferroni).
    """
    watched = [one for one in new if one.watched and one.samples]
    before = {
        key(one): [old for run in earlier for old in run if key(old) == key(one) and old.samples] for one in watched
    }
    figures = sum(len(before[key(one)]) >= FEWEST for one in watched)
    return [finding(one, before[key(one)], FALSE_ALARMS / max(1, figures)) for one in watched]


def finding(new: Series, earlier: Sequence[Series], false_alarms: float) -> Finding:
    """One figure beside its earlier ones, called worse in at most a share of cases in which nothing changed."""
    value = middle(new.samples, new.typical)
    told = {"name": new.name, "case": new.case, "unit": new.unit, "value": value, "runs": len(earlier)}
    if len(earlier) < FEWEST:
        return Finding(found="too few runs", **told)
    # Times and rates vary in proportion to themselves; shares, and whatever touches zero, do not.
    by_ratio = new.typical == "median" and all(min(one.samples) > 0 for one in (new, *earlier))
    known, noise = [], []
    for place, one in enumerate((new, *earlier)):
        samples = [math.log(each) for each in one.samples] if by_ratio else one.samples
        known.append(middle(samples, one.typical))
        noise.append(spread(samples, one.typical, chance(*key(one), str(place))) ** 2)
    kept = undisturbed(known[1:])
    before, count = [known[1:][place] for place in kept], len(kept)
    now, usual = known[0], fmean(before)
    between = max(variance(before), fmean(noise[1:][place] for place in kept))
    width = t_quantile(1 - false_alarms, count - 1) * math.sqrt(max(between, noise[0]) + between / count)
    low, high = usual - width, usual + width
    if by_ratio:
        low, usual, high = math.exp(low), math.exp(usual), math.exp(min(high, 700.0))
        now = value
    change = value / usual - 1 if usual else None
    found: Found = "same"
    if (now < low or now > high) and (change is None or abs(change) >= LEAST_CHANGE):
        found = "worse" if (now > high) == (new.better == "lower") else "better"
    return Finding(found=found, usual=usual, low=low, high=high, change=change, **told)


def undisturbed(values: Sequence[float]) -> list[int]:
    """Places of the earlier runs that count, the newest first: all but those that stood apart for once.

    A run that a burst of load disturbed would widen what is to be expected so far that real changes are lost in it.
    Only what came and went is left out, with runs like the others right before and after it; never what may have begun
    to change, and never of fewer than five.
    """
    every = list(range(len(values)))
    if len(values) < ENOUGH_TO_TELL:
        return every
    centre = median(values)
    scale = TO_SIGMA * median(abs(one - centre) for one in values)
    far = [False, *(abs(one - centre) > APART * scale for one in values[1:]), False]
    return [place for place in every if not (far[place] and not far[place - 1] and not far[place + 1])]
