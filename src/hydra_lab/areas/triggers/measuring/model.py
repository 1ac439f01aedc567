"""A measurement that a trigger waits for, and what was seen of it."""

from datetime import timedelta

from pydantic import AwareDatetime, Field, model_validator

from hydra_lab.kernel.operation import Input, Output

MEASURED = "triggers.measured"  # the event of a measurement that passed its limit
MOST_SERIES = 200


class Metric(Input):
    """A measurement in PromQL, and the limit it passes. Each series that the query gives is judged by itself."""

    query: str = Field(min_length=1, max_length=2000, description="In PromQL, such as `node_load5`")
    above: float | None = Field(default=None, allow_inf_nan=False, description="Starts when a value is above this")
    below: float | None = Field(default=None, allow_inf_nan=False, description="Starts when a value is below this")
    for_minutes: float = Field(default=0, ge=0, le=1440, description="How long a value must have been so")
    every_s: float = Field(default=30, ge=5, le=3600, description="Seconds between two looks")

    @model_validator(mode="after")
    def with_limit(self) -> "Metric":
        """A measurement without a limit waits for nothing."""
        if self.above is None and self.below is None:
            raise ValueError("needs a limit: above, below or both")
        return self

    def passed(self, value: float | None) -> bool:
        """Whether a value is beyond the limit; with both limits, between them. An unknown value never is."""
        if value is None:
            return False
        return (self.above is None or value > self.above) and (self.below is None or value < self.below)

    @property
    def limit(self) -> str:
        """The limit in words."""
        parts = [f"{word} {limit:g}" for word, limit in (("above", self.above), ("below", self.below))
                 if limit is not None]  # fmt: skip
        return f"is {' and '.join(parts)}" + (f" for {self.for_minutes:g} min" if self.for_minutes else "")

    @property
    def patience(self) -> timedelta:
        """How long nobody may have looked before what was not told yet begins anew."""
        return timedelta(seconds=max(120.0, 3 * self.every_s))


class SeriesSeen(Output):
    """One series as it was at the last look. ``since`` is ``None`` while it does not pass the limit."""

    labels: dict[str, str]
    value: float | None = Field(description="What was measured; unknown where it is no number")
    since: AwareDatetime | None = Field(default=None, description="Since when it has been seen beyond the limit")
    told: bool = Field(default=False, description="Whether the trigger has acted on it this time")


class Measured(Output):
    """What the last look gave."""

    looked_at: AwareDatetime | None = Field(default=None, description="When an answer came last")
    problem: str | None = Field(default=None, description="Why it cannot be measured now")
    series: list[SeriesSeen] = Field(default_factory=list, description="Each series, those beyond the limit first")
