"""What must be known to reach Home Assistant."""

from fnmatch import fnmatchcase

from pydantic import Field, SecretStr, field_validator

from hydra_lab.kernel.integration import IntegrationSettings


class HomeAssistantSettings(IntegrationSettings):
    """Its address, a long-lived access token, and what of it says who is at home."""

    url: str = Field(
        title="Address", pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Where it answers, e.g. http://homeassistant.local:8123.",
    )  # fmt: skip
    token: SecretStr = Field(
        title="Long-lived access token", min_length=1,
        description="Your profile, Security, Long-lived access tokens, Create token.",
    )  # fmt: skip

    follow: str = Field(
        default="person.*, zone.*, input_select.*, input_boolean.*", title="What is followed",
        description="Entities that rules of presence may look at, separated by commas; * and ? stand for any text.",
    )  # fmt: skip

    @field_validator("url")
    @classmethod
    def no_slash_at_the_end(cls, url: str) -> str:
        """Paths are added to it."""
        return url.rstrip("/")

    @property
    def socket_url(self) -> str:
        """Where its websocket is."""
        return f"ws{self.url.removeprefix('http')}/api/websocket"

    def follows(self, entity_id: str) -> bool:
        """Whether an entity is one of those that are followed."""
        return any(fnmatchcase(entity_id, pattern.strip()) for pattern in self.follow.split(","))
