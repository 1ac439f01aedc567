"""What Prometheus tells: its version, and the values of series."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from hydra_lab.kernel.capabilities import Sample, Series

T = TypeVar("T")
Point = tuple[float, str]  # seconds since 1970, and a number as text


@dataclass(frozen=True, kw_only=True)
class Enveloped(Generic[T]):
    """The envelope that every answer comes in."""

    data: T


@dataclass(frozen=True, kw_only=True)
class BuildInfo:
    """Which program it is."""

    version: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a query gave: ``vector``, ``matrix``, ``scalar`` or ``string``."""

    resultType: str  # noqa: N815 - as it is on the wire
    result: list[Any]


@dataclass(frozen=True, kw_only=True)
class Instant:
    """One series of a vector."""

    metric: dict[str, str]
    value: Point

    @property
    def sample(self) -> Sample:
        """As the kernel has it."""
        at, value = read(self.value)
        return Sample(labels=self.metric, at=at, value=value)


@dataclass(frozen=True, kw_only=True)
class Ranged:
    """One series of a matrix."""

    metric: dict[str, str]
    values: list[Point]

    @property
    def series(self) -> Series:
        """As the kernel has it."""
        return Series(labels=self.metric, points=tuple(read(point) for point in self.values))


def read(point: Point) -> tuple[datetime, float | None]:
    """A point's time and value; NaN and the infinities are no measurements."""
    value = float(point[1])
    return datetime.fromtimestamp(point[0], UTC), value if math.isfinite(value) else None
