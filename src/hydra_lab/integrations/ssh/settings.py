"""What must be known to reach the lab's machines over SSH."""

from pydantic import Field, PrivateAttr, SecretStr

from hydra_lab.integrations.ssh.connections import Connections
from hydra_lab.kernel.integration import IntegrationSettings
from hydra_lab.kernel.settings.machine import Machine


class SshSettings(IntegrationSettings):
    """The machines, and the key for those that name none."""

    nodes: dict[str, Machine] = Field(min_length=1, description="The lab's machines, from /ui/nodes or hydra.toml.")
    private_key: SecretStr | None = Field(
        default=None,
        title="Private key",
        description="The text of a private key in OpenSSH's format, for nodes that name no key file.",
    )
    passphrase: SecretStr | None = Field(default=None, title="Passphrase", description="Only if the keys have one.")

    # Open connections live as long as these settings do, so that a node is not signed in to at every look.
    _connections: Connections = PrivateAttr(default_factory=Connections)

    @property
    def connections(self) -> Connections:
        """The connections that are open."""
        return self._connections
