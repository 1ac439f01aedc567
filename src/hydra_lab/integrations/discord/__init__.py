"""Discord: messages to a channel through a webhook."""

from hydra_lab.integrations.discord.capabilities import DiscordNotifier
from hydra_lab.integrations.discord.client import DiscordClient
from hydra_lab.integrations.discord.settings import DiscordSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, Probe


def probe(settings: DiscordSettings, http: HttpClient) -> Probe:
    """Read the webhook, which posts nothing."""
    webhook = DiscordClient(settings, http).webhook()
    return Probe(detail=f"posts as “{webhook.name}”" if webhook.name else "the webhook is good")


INTEGRATION = Integration(
    name="discord",
    title="Discord",
    what="Sends messages to a channel.",
    settings=DiscordSettings,
    probe=probe,
    secret_name="a Discord webhook",
    how_to="In the channel's settings open Integrations, then Webhooks, and copy a webhook's URL.",
    reference="https://discord.com/developers/docs/resources/webhook",
    versions=("API v10",),
    provides={"notifier": DiscordNotifier},
    beat_s=300.0,
)
