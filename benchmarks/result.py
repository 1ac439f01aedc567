"""Results and the table they make: what was measured, against what, and whether it is good enough."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles

MARKS = {True: "pass", False: "FAIL", None: "–"}


@dataclass(frozen=True, kw_only=True)
class Result:
    """One line. ``at_least`` turns the budget round; without a ``budget`` the line only informs.

    ``measured`` is ``None`` where that could not be done here; then the note says why, and no budget counts as kept.
    """

    what: str
    measured: float | None
    unit: str
    budget: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Measured by budget: at most 1 is good, or at least 1 where more is better."""
        return self.measured / self.budget if self.budget and self.measured is not None else None

    @property
    def is_kept(self) -> bool | None:
        """Whether the budget is kept; ``None`` where there is none, or nothing was measured."""
        if self.ratio is None:
            return None
        return self.ratio >= 1 if self.at_least else self.ratio <= 1

    def cells(self) -> list[str]:
        """The line as text."""
        budget = "" if self.budget is None else f"{'≥' if self.at_least else '≤'} {short(self.budget)} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        measured = "absent" if self.measured is None else f"{short(self.measured)} {self.unit}"
        return [self.what, measured, budget, ratio, MARKS[self.is_kept], self.note]


HEAD = ["what", "measured", "budget", "ratio", "", "note"]


def short(number: float) -> str:
    """A number with as many digits as matter."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which so many percent of the values lie."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def packed(results: Sequence[Result]) -> str:
    """Results as one line of JSON, from the process that measured to the one that prints."""
    return json.dumps([asdict(one) for one in results])


def unpacked(line: str) -> list[Result]:
    """What ``packed`` packed."""
    return [Result(**one) for one in json.loads(line)]


def table(results: Sequence[Result], *, markdown: bool = False) -> str:
    """Results in columns, for a terminal or as Markdown."""
    rows = [HEAD, *(one.cells() for one in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    rule = ["-" * width for width in widths]
    if markdown:
        return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rule, *lines[1:]))
    return "\n".join("  ".join(line).rstrip() for line in (lines[0], rule, *lines[1:]))
