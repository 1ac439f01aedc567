"""What must be known to call a webhook."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from hydra_lab.kernel.integration import IntegrationSettings
from hydra_lab.kernel.webhooks import key_of

SHORTEST = 24


def strong(secret: SecretStr) -> SecretStr:
    """The secret, if it is one of Standard Webhooks."""
    try:
        key = key_of(secret.get_secret_value())
    except ValueError as error:
        raise ValueError("a secret is base64: whsec_ and the output of `openssl rand -base64 32`") from error
    if len(key) < SHORTEST:
        raise ValueError(f"a secret is at least {SHORTEST} bytes of chance, in base64: `openssl rand -base64 32`")
    return secret


class WebhookSettings(IntegrationSettings):
    """Where messages go, and what they are signed with."""

    url: str = Field(
        title="Address", pattern=r"^https?://[^\s/]\S*$", description="Where messages are posted, such as "
        "https://automations.lab/webhook/hydra.",
    )  # fmt: skip
    secret: Annotated[SecretStr, AfterValidator(strong)] = Field(
        title="Secret", description="What messages are signed with: whsec_ and the output of `openssl rand -base64 32`."
    )
