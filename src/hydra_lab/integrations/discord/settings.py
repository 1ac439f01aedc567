"""What must be known to reach Discord."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from hydra_lab.kernel.integration import IntegrationSettings

WEBHOOK = re.compile(r"^https?://[^/\s]+/api(?:/v\d+)?/webhooks/(\d{1,20})/([\w-]{20,100})/?$", re.ASCII)
HOSTS = re.compile(r"^https://(?:ptb\.|canary\.)?discord(?:app)?\.com/")


def webhook_address(secret: SecretStr) -> SecretStr:
    """The webhook, if it is an address that Discord gives out."""
    address = secret.get_secret_value().strip()
    if not WEBHOOK.match(address) or not HOSTS.match(address):
        raise ValueError("a webhook looks like https://discord.com/api/webhooks/NUMBER/TOKEN")
    return SecretStr(address)


class DiscordSettings(IntegrationSettings):
    """A webhook, which is the right to post to one channel."""

    webhook: Annotated[SecretStr, AfterValidator(webhook_address)] = Field(
        title="Webhook URL", description="Channel settings, Integrations, Webhooks, Copy webhook URL."
    )
    api: str = Field(
        default="https://discord.com/api/v10", title="API address", pattern=r"^https?://\S+[^/]$",
        description="Where Discord's API is; only changed to go through a proxy.",
    )  # fmt: skip

    @property
    def address(self) -> str:
        """The webhook below the API's address. It holds the secret."""
        found = WEBHOOK.match(self.webhook.get_secret_value())
        assert found
        return f"{self.api}/webhooks/{found[1]}/{found[2]}"
