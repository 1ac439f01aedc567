"""What must be known to reach Prometheus."""

from typing import Any

from pydantic import Field, SecretStr, field_validator

from hydra_lab.kernel.integration import IntegrationSettings


class PrometheusSettings(IntegrationSettings):
    """Its address, and what it or a proxy before it asks for."""

    url: str = Field(
        title="Address", pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Where it answers, e.g. http://prometheus.lab:9090.",
    )  # fmt: skip
    token: SecretStr | None = Field(default=None, title="Bearer token", description="Only if one is asked for.")
    username: str | None = Field(default=None, title="User name", description="For basic authentication.")
    password: SecretStr | None = Field(default=None, title="Password", description="For basic authentication.")

    @field_validator("url")
    @classmethod
    def no_slash_at_the_end(cls, url: str) -> str:
        """Paths are added to it."""
        return url.rstrip("/")

    @property
    def proof(self) -> dict[str, Any]:
        """What a request carries to be let in, as options of the HTTP client."""
        if self.token and (token := self.token.get_secret_value()):
            return {"headers": {"Authorization": f"Bearer {token}"}}
        if self.username:
            return {"auth": (self.username, self.password.get_secret_value() if self.password else "")}
        return {}
