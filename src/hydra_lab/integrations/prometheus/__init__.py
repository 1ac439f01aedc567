"""Prometheus: what was measured in the lab, and which alerts fired before."""

from hydra_lab.integrations.prometheus.capabilities import PrometheusAlertHistory, PrometheusMetrics
from hydra_lab.integrations.prometheus.client import PrometheusClient
from hydra_lab.integrations.prometheus.settings import PrometheusSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: PrometheusSettings, http: HttpClient) -> Probe:
    """Read its version, which it tells once it has started."""
    version = PrometheusClient(settings, http).build().version
    return Probe(detail="it is ready", version=version)


INTEGRATION = Integration(
    name="prometheus",
    title="Prometheus",
    what="Tells what was measured, and which alerts fired before.",
    settings=PrometheusSettings,
    probe=probe,
    secret_name="the address of a Prometheus",
    how_to="Give the address of its web page; a token or a user only where a proxy asks for one.",
    reference="https://prometheus.io/docs/prometheus/latest/querying/api/",
    versions=("2.42",),
    provides={"metrics_source": PrometheusMetrics, "alert_history": PrometheusAlertHistory},
)
