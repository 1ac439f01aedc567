"""Small plots of the last hours, as lines of SVG: a gap where nothing was measured, never a zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH, HEIGHT = 300.0, 60.0
GAP = timedelta(minutes=4)  # measurements farther apart than this are not joined


@dataclass(frozen=True, kw_only=True)
class Plot:
    """One line. ``path`` is the ``d`` of an SVG path in a box of 300 by 60; ``limit_y`` is where its limit is.

    ``least``, ``most`` and ``last`` are in the unit of what was measured.
    """

    title: str
    unit: str
    path: str
    least: float
    most: float
    last: float
    top: float
    limit: float | None = None
    limit_y: float | None = None

    @property
    def words(self) -> str:
        """What the plot shows, for who does not see it."""
        limit = "" if self.limit is None else f", limit {self.limit:g} {self.unit}"
        return f"{self.title}: from {self.least:g} to {self.most:g} {self.unit}, last {self.last:g} {self.unit}{limit}"


def plotted(
    title: str,
    unit: str,
    points: Sequence[tuple[datetime, float | None]],
    start: datetime,
    end: datetime,
    *,
    top: float | None = None,
    limit: float | None = None,
) -> Plot | None:
    """A plot from zero to ``top`` (by default what was measured and a bit), ``None`` where there is nothing to plot."""
    values = [value for _, value in points if value is not None]
    if len(values) < 2:
        return None
    high = max([*values, top or 0.0, limit or 0.0]) * (1.0 if top else 1.1) or 1.0
    span = (end - start).total_seconds()
    parts: list[str] = []
    last_at: datetime | None = None
    for at, value in points:
        if value is None:
            last_at = None
            continue
        x, y = WIDTH * (at - start).total_seconds() / span, height_of(value, high)
        joined = last_at is not None and at - last_at <= GAP
        parts.append(f"{'L' if joined else 'M'}{x:.1f} {y:.1f}")
        last_at = at
    return Plot(
        title=title, unit=unit, path="".join(parts), least=round(min(values), 1), most=round(max(values), 1),
        last=round(values[-1], 1), top=high, limit=limit, limit_y=None if limit is None else height_of(limit, high),
    )  # fmt: skip


def height_of(value: float, high: float) -> float:
    """Where a value is, from the top."""
    return round(HEIGHT - 1 - (HEIGHT - 2) * value / high, 1)
