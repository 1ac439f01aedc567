"""What must be known to reach Home Assistant."""

from pydantic import Field, SecretStr, field_validator

from hydra_lab.kernel.integration import IntegrationSettings


class HomeAssistantSettings(IntegrationSettings):
    """Its address, and a long-lived access token."""

    url: str = Field(
        title="Address", pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Where it answers, e.g. http://homeassistant.local:8123.",
    )  # fmt: skip
    token: SecretStr = Field(
        title="Long-lived access token", min_length=1,
        description="Your profile, Security, Long-lived access tokens, Create token.",
    )  # fmt: skip

    @field_validator("url")
    @classmethod
    def no_slash_at_the_end(cls, url: str) -> str:
        """Paths are added to it."""
        return url.rstrip("/")
