"""What must be known to reach a Docker Engine."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from hydra_lab.kernel.integration import IntegrationSettings
from hydra_lab.kernel.settings.machine import Machine


@dataclass(frozen=True, kw_only=True)
class Login:
    """Whom Hydra signs in as, and where."""

    user: str
    host: str
    port: int = 22


class DockerSettings(IntegrationSettings):
    """Where the Engine's API answers, and the files of TLS where it wants them."""

    address: str = Field(
        title="Address", pattern=r"^(unix:///\S+|(tcp|https?)://[^\s/?#]+/?|ssh://[^\s@/:]+@[^\s@/:]+(:\d{1,5})?/?)$",
        description="unix:///var/run/docker.sock, http://docker-socket-proxy:2375, tcp://host:2376 with TLS, or "
        "ssh://user@host.",
    )  # fmt: skip
    ca: Path | None = Field(
        default=None, title="CA certificate", description="File with the authority that signed the Engine's own."
    )
    certificate: Path | None = Field(
        default=None, title="Client certificate", description="File with the certificate that Hydra shows."
    )
    key: Path | None = Field(default=None, title="Client key", description="File with the certificate's key.")

    identity: Path | None = Field(
        default=None, title="SSH key", description="File with the private key that ssh:// signs in with."
    )
    known_hosts: Path | None = Field(
        default=None,
        title="SSH known hosts",
        description="File with the host key of ssh://, as `ssh-keyscan` writes it.",
    )

    nodes: dict[str, Machine] = Field(default={}, description="The lab's machines; those that name a Docker have one.")

    @model_validator(mode="after")
    def pairs(self) -> "DockerSettings":
        """A certificate and its key come together, and mean nothing to a socket."""
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key come together")
        if self.socket and (self.ca or self.certificate):
            raise ValueError("a unix socket takes no certificates")
        if self.address.startswith("ssh://") and not (self.identity and self.known_hosts):
            raise ValueError("ssh:// needs an SSH key and known hosts")
        return self

    @property
    def socket(self) -> str | None:
        """The path of the unix socket, if it is one."""
        return self.address.removeprefix("unix://") if self.address.startswith("unix://") else None

    @property
    def ssh(self) -> Login:
        """Where to sign in, of an address that begins with ``ssh``."""
        user, _, place = self.address.removeprefix("ssh://").rstrip("/").partition("@")
        host, _, port = place.partition(":")
        return Login(user=user, host=host, port=int(port or 22))

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted: ``tcp`` is where a certificate is named, as with Docker's own tools."""
        return self.address.startswith("https://") or (self.address.startswith("tcp://") and self.ca is not None)

    @property
    def url(self) -> str:
        """The address as one for HTTP."""
        if self.socket or self.address.startswith("ssh://"):
            return "http://docker"
        return f"{'https' if self.tls else 'http'}://{self.address.partition('://')[2].rstrip('/')}"
