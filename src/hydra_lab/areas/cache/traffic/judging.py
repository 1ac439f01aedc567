"""What came out of a replay: expected hits and errors of each setting, and which of them is recommended, and why."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from pydantic import Field

from hydra_lab.areas.cache.alike.learning import wilson
from hydra_lab.areas.cache.model import Mode
from hydra_lab.areas.cache.traffic.replaying import Tally, Way
from hydra_lab.kernel.operation import Output

LEAST = 200  # questions that a recommendation rests on
WORTH = 0.02  # the share of questions from the cache that is worth switching it on
MUCH_BETTER = 1.1  # a setting that keeps or guesses more has to save so much more


class Option(Output):
    """A setting of the cache, and what it would have done with the recorded questions.

    Of ``hits`` those ``compared`` have a known truth; ``wrong`` is the share of wrong answers among the hits, from
    ``low`` to ``high`` with 95 % certainty, and the unknown ones taken for right at the low end and for wrong at the
    high one. Tokens and seconds are those of the ``tokens_of`` and ``seconds_of`` hits that say so.
    """

    id: str
    mode: Mode
    hours: float
    errors: float | None = Field(description="The share of alike questions that may get a wrong answer")
    unset: bool
    questions: int
    exact: float
    alike: float
    hits: float
    share: float | None
    compared: float
    unknown: float
    unseen: float
    wrong: float | None
    low: float
    high: float
    wrong_hits: float | None = Field(description="Wrong answers to be expected of so many questions")
    tokens: float
    tokens_of: float
    seconds: float
    seconds_of: float
    embedded: float = Field(description="Questions that an embedding model would have been asked about")

    @property
    def words(self) -> str:
        """The setting in words."""
        if self.mode == "off":
            return "Off"
        rest = f"{self.hours:g}\u00a0h{', also without a temperature' if self.unset else ''}"
        if self.errors is None:
            return f"The same question, {rest}"
        return f"Alike questions, {100 * self.errors:g}\u00a0% errors, {rest}"


def off(questions: int) -> Option:
    """No cache."""
    return Option(
        id="off", mode="off", hours=0, errors=None, unset=False, questions=questions, exact=0, alike=0, hits=0,
        share=0.0 if questions else None, compared=0, unknown=0, unseen=0, wrong=None, low=0.0, high=0.0,
        wrong_hits=0.0, tokens=0, tokens_of=0, seconds=0, seconds_of=0, embedded=0,
    )  # fmt: skip


def option(way: Way, tallies: Sequence[Tally], questions: int) -> Option:
    """A setting's figures, the mean of its replays."""

    def mean(name: str) -> float:
        return fmean(getattr(one, name) for one in tallies)

    exact, alike = mean("exact"), mean("alike")
    compared, apart, unknown = mean("compared"), mean("apart"), mean("unknown")
    hits = exact + alike
    wrong = mean("wrong") / compared if compared else None
    # Hits of a pair that was compared before tell nothing new, so they make the interval no narrower.
    low = wilson((wrong or 0.0) * apart, apart + unknown).low
    high = wilson((wrong or 0.0) * apart + unknown, apart + unknown).high
    mode: Mode = "exact" if way.errors is None else "semantic"
    bound = "" if way.errors is None else f"-{100 * way.errors:g}"
    return Option(
        id=f"{mode}{bound}-{way.hours:g}h{'-unset' if way.unset else ''}", mode=mode, hours=way.hours,
        errors=way.errors, unset=way.unset, questions=questions, exact=exact, alike=alike, hits=hits,
        share=hits / questions if questions else None, compared=compared, unknown=unknown, unseen=mean("unseen"),
        wrong=wrong, low=low, high=high if hits else 0.0, wrong_hits=None if wrong is None else wrong * hits,
        tokens=mean("tokens"), tokens_of=mean("tokens_of"), seconds=mean("seconds"), seconds_of=mean("seconds_of"),
        embedded=mean("embedded"),
    )  # fmt: skip


def recommended(options: Sequence[Option], questions: int, allowed: float) -> tuple[str | None, str]:
    """The setting to take, by its id, and why; ``None`` where too little is known to say. Off is the first."""
    if questions < LEAST:
        return None, f"Too little was recorded to recommend anything: {plural(questions)}, and it takes {LEAST}."
    found = [one for one in options if one.mode != "off"]
    best = max(found, key=lambda one: one.hits, default=None)
    if best is None or best.hits < WORTH * questions:
        most = f"{best.hits:.0f} of " if best else "none of "
        return "off", f"Questions hardly ever come again: at most {most}{plural(questions)} would have had an answer."
    good = [one for one in found if one.hits >= WORTH * questions and one.high <= allowed]
    if good:
        chosen = good[0]
        for one in good[1:]:  # from the plainest on
            chosen = one if one.hits > MUCH_BETTER * chosen.hits else chosen
        return chosen.id, because(chosen, allowed)
    if any(one.low <= allowed for one in found if one.hits >= WORTH * questions):
        known = max(found, key=lambda one: one.compared)
        return None, (
            f"Too little is known of errors to recommend anything: of the setting whose errors are known best, "
            f"{known.compared:.0f} answers could be compared, and up to {percent(known.high)} of its answers may be "
            f"wrong; {percent(allowed)} may be."
        )
    return "off", f"Every setting would have given more wrong answers than the {percent(allowed)} that may be."


def because(one: Option, allowed: float) -> str:
    """Why a setting is recommended."""
    saved = [f"{one.tokens:,.0f} tokens"] if one.tokens else []
    saved += [f"{duration(one.seconds)} of waiting"] if one.seconds >= 1 else []
    return (
        f"It would have answered {one.hits:.0f} of {plural(one.questions)} ({percent(one.share or 0)})"
        f"{', saved ' + ' and '.join(saved) if saved else ''}, with {percent(one.wrong or 0)} wrong answers; with 95 % "
        f"certainty at most {percent(one.high)}, and {percent(allowed)} may be. No simpler setting does nearly as much."
    )


def percent(share: float) -> str:
    """A share in words."""
    return f"{100 * share:.1f} %"


def plural(count: int) -> str:
    """So many questions."""
    return f"{count:,} question{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """A time in words."""
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )
