"""Prometheus for real: values are what it says, and what was not measured is not made up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.prometheus import PrometheusMetrics, PrometheusSettings
from hydra_lab.kernel.errors import Invalid, Refused
from hydra_lab.kernel.http import HttpClient
from tests.integrations.faults import Reply, StandIn
from tests.peers.starting import absent, installed, peer

HTTP = HttpClient(timeout_s=10)


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusMetrics]:
    """A Prometheus that measures nothing."""
    if not installed("/usr/bin/prometheus"):
        absent("Prometheus", bring="apt install prometheus")
    config = tmp_path_factory.mktemp("prometheus") / "prometheus.yml"
    config.write_text("global: {}\n")
    with peer("prometheus.sh", CONFIG=str(config)) as values:
        yield PrometheusMetrics(PrometheusSettings(url=values["URL"]), HTTP)


def test_a_value_is_told_with_its_labels_and_time(metrics: PrometheusMetrics) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    (one,) = metrics.query('label_replace(vector(42), "node", "atlas", "", "")', at=at)
    assert (one.labels, one.value, one.at) == ({"node": "atlas"}, 42.0, at)
    assert [one.value for one in metrics.query("2 + 2", at=at)] == [4.0]


def test_what_was_not_measured_is_absent_and_what_is_no_number_is_unknown(metrics: PrometheusMetrics) -> None:
    assert metrics.query("gpu_temperature_celsius") == []
    assert [one.value for one in metrics.query("vector(0) / 0")] == [None]
    assert [one.value for one in metrics.query("vector(1) / 0")] == [None]


def test_a_span_is_told_point_by_point(metrics: PrometheusMetrics) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    (one,) = metrics.query_range("vector(7)", start=start, end=start + timedelta(minutes=1), step_s=30)
    assert one.points == tuple((start + timedelta(seconds=s), 7.0) for s in (0, 30, 60))


def test_a_wrong_expression_is_told_with_what_is_wrong(metrics: PrometheusMetrics) -> None:
    with pytest.raises(Invalid, match="parse error"):
        metrics.query("sum(")


@pytest.mark.parametrize(
    "data", [[], {"resultType": "vector"}, {"resultType": "vector", "result": [{"metric": {}, "value": "x"}]}]
)
def test_an_answer_of_another_shape_is_refused(data: object) -> None:
    with StandIn(lambda asked: Reply(json={"status": "success", "data": data})) as server, pytest.raises(Refused):
        PrometheusMetrics(PrometheusSettings(url=server.url), HTTP).query("up")


@pytest.mark.parametrize("url", ["", "prometheus.lab:9090", "ftp://x", "http://", "http://a b", "http://x?y=1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        PrometheusSettings(url=url)
