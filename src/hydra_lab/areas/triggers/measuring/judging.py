"""What a look at a measurement means: since when each series is beyond its limit, and which to tell: pure functions."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from hydra_lab.areas.triggers.measuring.model import MOST_SERIES, Measured, Metric, SeriesSeen
from hydra_lab.kernel.capabilities import Sample


def judged(metric: Metric, before: Measured | None, samples: Sequence[Sample], now: datetime) -> Measured:
    """What is known after a look. A series that is gone is no longer beyond the limit.

    Where nobody could look for a while nobody knows how it was: what was not told by then begins anew.
    """
    known = {name_of(one.labels): one for one in before.series} if before else {}
    gap = before is None or before.looked_at is None or now - before.looked_at > metric.patience
    seen = []
    for sample in samples:
        value = sample.value
        if not metric.passed(value):
            seen.append(SeriesSeen(labels=sample.labels, value=value))
            continue
        old = known.get(name_of(sample.labels))
        goes_on = old is not None and old.since is not None and (old.told or not gap)
        since = old.since if old and goes_on else now
        seen.append(SeriesSeen(labels=sample.labels, value=value, since=since, told=bool(old and goes_on and old.told)))
    seen.sort(key=lambda one: (one.since is None, name_of(one.labels)))
    if len(seen) > MOST_SERIES:
        problem = f"The query gives {len(seen)} series; a trigger looks at {MOST_SERIES} at most. Narrow it."
        return Measured(looked_at=now, problem=problem, series=list(before.series) if before else [])
    return Measured(looked_at=now, series=seen)


def due(metric: Metric, found: Measured, now: datetime) -> list[SeriesSeen]:
    """The series that have been beyond the limit for long enough and were not told yet."""
    if found.problem:
        return []
    long = timedelta(minutes=metric.for_minutes)
    return [one for one in found.series if one.since and not one.told and now - one.since >= long]


def told(found: Measured, some: Sequence[SeriesSeen]) -> Measured:
    """What is known once some series were told."""
    series = [one.model_copy(update={"told": True}) if one in some else one for one in found.series]
    return found.model_copy(update={"series": series})


def event_data(metric: Metric, one: SeriesSeen) -> dict[str, object]:
    """What the event of a series says."""
    since = one.since.isoformat() if one.since else None
    limits = {"above": metric.above, "below": metric.below}
    return {"value": one.value, "labels": one.labels, "since": since, "query": metric.query, **limits}


def name_of(labels: dict[str, str]) -> str:
    """What a series is told apart by."""
    return json.dumps(labels, sort_keys=True)
