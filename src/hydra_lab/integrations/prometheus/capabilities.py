"""Prometheus as a source of metrics, and of the alerts that fired before."""

import json
from collections.abc import Sequence
from datetime import datetime

from hydra_lab.integrations.prometheus.client import PrometheusClient
from hydra_lab.integrations.prometheus.settings import PrometheusSettings
from hydra_lab.kernel.capabilities import Matcher, PastAlert, Sample, Series
from hydra_lab.kernel.http import HttpClient

# Labels of the series ALERTS that the alert itself has not: to a matcher, it lacks them.
OWN = ("__name__", "alertstate")
LACKING = "hydra_no_such_label"
MOST_POINTS, SHORTEST_STEP_S = 2000, 15.0


class PrometheusMetrics:
    """Answers queries in PromQL."""

    def __init__(self, settings: PrometheusSettings, http: HttpClient) -> None:
        self._client = PrometheusClient(settings, http)

    def query(self, expression: str, *, at: datetime | None = None) -> list[Sample]:
        """What an expression gives at one time."""
        return [one.sample for one in self._client.instant(expression, at)]

    def query_range(self, expression: str, *, start: datetime, end: datetime, step_s: float) -> list[Series]:
        """What an expression gives over a span."""
        return [one.series for one in self._client.ranged(expression, start, end, step_s)]


class PrometheusAlertHistory:
    """Reads the series ALERTS, which Prometheus writes for its rules. The matching is its own."""

    def __init__(self, settings: PrometheusSettings, http: HttpClient) -> None:
        self._client = PrometheusClient(settings, http)

    def fired(self, matchers: Sequence[Matcher], *, start: datetime, end: datetime) -> list[PastAlert]:
        """The alerts that fired within a span and fit every matcher, the latest first."""
        step_s = max(SHORTEST_STEP_S, (end - start).total_seconds() / MOST_POINTS)
        # What fired between two points is seen too.
        expression = f"last_over_time({selector(matchers)}[{int(step_s) + 1}s])"
        series = [one.series for one in self._client.ranged(expression, start, end, step_s)]
        found = [
            PastAlert(
                labels={name: value for name, value in one.labels.items() if name not in OWN},
                first_at=one.points[0][0], last_at=one.points[-1][0],
            )
            for one in series if one.points
        ]  # fmt: skip
        return sorted(found, key=lambda one: one.last_at, reverse=True)


def selector(matchers: Sequence[Matcher]) -> str:
    """The series of firing alerts that fit, in PromQL."""
    return "ALERTS{" + ",".join(['alertstate="firing"', *(condition(one) for one in matchers)]) + "}"


def condition(one: Matcher) -> str:
    """A matcher in PromQL."""
    sign = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}
    name = LACKING if one.name in OWN else one.name
    return f"{name}{sign[one.is_regex, one.is_equal]}{json.dumps(one.value, ensure_ascii=False)}"
