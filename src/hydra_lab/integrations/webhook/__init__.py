"""Webhook: what happens goes to a program of yours, signed so that it knows who sent it."""

from hydra_lab.integrations.webhook.capabilities import WebhookNotifier
from hydra_lab.integrations.webhook.settings import WebhookSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: WebhookSettings, http: HttpClient) -> Probe:
    """Nothing is asked: a receiver of webhooks need not answer anything but webhooks."""
    return Probe(detail="whether it takes messages shows with the first one")


INTEGRATION = Integration(
    name="webhook",
    title="Webhook",
    what="Sends what happens to a program of yours, as signed JSON.",
    settings=WebhookSettings,
    probe=probe,
    secret_name="a webhook's address and secret",
    how_to="Have your program listen under an address, and give it the secret to check signatures with.",
    reference="https://www.standardwebhooks.com",
    versions=("Standard Webhooks 1.0",),
    provides={"notifier": WebhookNotifier},
    beat_s=3600.0,
)
