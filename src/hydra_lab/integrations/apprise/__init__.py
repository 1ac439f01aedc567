"""Apprise: messages to phones, mail boxes and chats through the some hundred services that Apprise knows."""

from hydra_lab.integrations.apprise.capabilities import AppriseNotifier
from hydra_lab.integrations.apprise.client import ABOUT, opened
from hydra_lab.integrations.apprise.settings import AppriseSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: AppriseSettings, http: HttpClient) -> Probe:
    """Read the addresses. Few of the services can be asked without sending, so none is."""
    kinds = [f"{name} ({opened(name, url).service_name})" for name, url in settings.by_name.items()]
    return Probe(detail=f"can read {', '.join(kinds)}; whether it delivers shows with the first message")


INTEGRATION = Integration(
    name="apprise",
    title="Apprise",
    what="Sends messages through ntfy, Telegram, e-mail, Matrix and some hundred more.",
    settings=AppriseSettings,
    probe=probe,
    secret_name="an Apprise address",
    how_to="Write an address for each place that messages should go to; the reference shows how each service's looks.",
    reference=ABOUT,
    versions=("2.2",),
    provides={"notifier": AppriseNotifier},
    beat_s=3600.0,
)
