"""What must be known to reach n8n."""

from pydantic import Field, SecretStr, field_validator

from hydra_lab.kernel.integration import WEB_ADDRESS, IntegrationSettings


class N8nSettings(IntegrationSettings):
    """Its address, and a key for its public API."""

    url: str = Field(title="Address", pattern=WEB_ADDRESS, description="Where it answers, e.g. http://n8n.lab:5678.")
    api_key: SecretStr = Field(
        title="API key", min_length=1, description="In n8n: Settings, n8n API, Create an API key."
    )

    @field_validator("url")
    @classmethod
    def no_slash_at_the_end(cls, url: str) -> str:
        """Paths are added to it."""
        return url.rstrip("/")
