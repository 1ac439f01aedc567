"""Alertmanager: which alerts fire, and silences that keep people from being told of them."""

from hydra_lab.integrations.alertmanager.capabilities import AlertmanagerAlerts, AlertmanagerSilences
from hydra_lab.integrations.alertmanager.client import AlertmanagerClient
from hydra_lab.integrations.alertmanager.settings import AlertmanagerSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: AlertmanagerSettings, http: HttpClient) -> Probe:
    """Read its status."""
    status = AlertmanagerClient(settings, http).status()
    settling = status.cluster.status == "settling"
    detail = "it answers, but its cluster has not settled" if settling else "it answers"
    return Probe(detail=detail, version=status.versionInfo.version, degraded=settling)


INTEGRATION = Integration(
    name="alertmanager",
    title="Alertmanager",
    what="Tells which alerts fire, and keeps silences.",
    settings=AlertmanagerSettings,
    probe=probe,
    secret_name="the address of an Alertmanager",
    how_to="Give the address of its web page; a token or a user only where a proxy asks for one.",
    reference="https://prometheus.io/docs/alerting/latest/clients/",
    versions=("0.25",),
    provides={"alert_source": AlertmanagerAlerts, "silencer": AlertmanagerSilences},
)
