"""What must be known to reach an MQTT broker."""

import re
from pathlib import Path

from pydantic import Field, SecretStr, field_validator, model_validator

from hydra_lab.kernel.integration import IntegrationSettings

TOPIC = r"^[^\s#+/][^\s#+]*[^\s#+/]$"


class MqttSettings(IntegrationSettings):
    """A broker, who Hydra is there, and the topics it uses."""

    host: str = Field(title="Broker", pattern=r"^[A-Za-z0-9._:-]+$", description="Its name or address.")
    port: int = Field(default=1883, ge=1, le=65535, title="Port", description="1883, or 8883 with TLS as a rule.")
    username: str | None = Field(default=None, title="User name", description="Only if the broker asks for one.")
    password: SecretStr | None = Field(default=None, title="Password", description="Only if the broker asks for one.")
    tls: bool = Field(default=False, title="TLS", description="Whether the connection is encrypted.")
    ca: Path | None = Field(
        default=None, title="CA certificate", description="File with the authority that signed the broker's own."
    )
    topic: str = Field(
        default="hydra", pattern=TOPIC, max_length=100, title="Topic",
        description="What Hydra publishes is below it; two Hydras on one broker need two.",
    )  # fmt: skip
    discovery: str = Field(
        default="homeassistant", pattern=TOPIC, max_length=100, title="Discovery topic",
        description="Where Home Assistant looks for devices.",
    )  # fmt: skip
    people: str | None = Field(
        default=None, max_length=200, title="Topic of people",
        description="Where it is told who is at home, with + in place of the name, such as presence/+.",
    )  # fmt: skip

    @field_validator("people")
    @classmethod
    def one_name(cls, people: str | None) -> str | None:
        """Exactly one level of the topic is the name."""
        if people and (people.split("/").count("+") != 1 or re.search(r"[#\s]|[^/]\+|\+[^/]", people)):
            raise ValueError("takes one + as a level of its own, such as presence/+")
        return people or None

    @model_validator(mode="after")
    def pairs(self) -> "MqttSettings":
        """A password and an authority mean nothing alone."""
        if self.password and not self.username:
            raise ValueError("a password needs a user name")
        if self.ca and not self.tls:
            raise ValueError("a CA certificate needs TLS")
        return self
