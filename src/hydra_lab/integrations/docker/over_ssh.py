"""Docker's API over SSH, as Docker's own tools do it: `docker system dial-stdio` there stands in for the socket."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from hydra_lab.integrations.docker.settings import DockerSettings
from hydra_lab.kernel.errors import Denied, Unavailable
from hydra_lab.kernel.settings.machine import fingerprint_of

if TYPE_CHECKING:
    from paramiko import Channel, PKey, SSHClient

COMMAND = "docker system dial-stdio"
PATIENCE_S = 10.0
FIX = "Check user, identity and known_hosts at /ui/integrations/docker; `ssh` itself must get in without asking."


class Dialled(httpcore.NetworkStream):
    """One connection to the Engine. It keeps the connection to the machine open for as long as it is there itself."""

    def __init__(self, client: SSHClient, channel: Channel) -> None:
        self._client = client
        self._channel = channel

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes; none at the end. Raises ``httpcore.ReadTimeout``."""
        self._channel.settimeout(timeout)
        try:
            return self._channel.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it. Raises ``httpcore.WriteTimeout``."""
        self._channel.settimeout(timeout)
        try:
            self._channel.sendall(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Be done with it."""
        self._channel.close()
        self._client.close()

    def get_extra_info(self, info: str) -> Any:
        """Whether there is something to read, which is how httpcore finds that an idle connection has ended."""
        return self._channel.closed or self._channel.eof_received if info == "is_readable" else None


class Confirmed:
    """Lets in only the host key that a person has confirmed for a node. Raises ``Denied`` for any other."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprint = fingerprint

    def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
        """Compare the key that the machine shows."""
        if not self._fingerprint:
            raise Denied(f"Nobody has confirmed the host key of {hostname}.", fix="Confirm it at /ui/nodes.")
        if fingerprint_of(f"{key.get_name()} {key.get_base64()}") != self._fingerprint:
            raise Denied(f"{hostname} shows another host key than the one confirmed.", fix="See /ui/nodes.")


class OverSsh(httpcore.NetworkBackend):
    """Makes connections to the Engine by signing in to its machine."""

    def __init__(self, settings: DockerSettings) -> None:
        self._settings = settings

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Sign in and dial. Raises ``Denied`` for a key or a host key that is not right, and ``Unavailable``."""
        import paramiko

        logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # what goes wrong is said by our own errors
        to, patience = self._settings.ssh, timeout or PATIENCE_S
        client = paramiko.SSHClient()
        confirmed = getattr(self._settings, "host_key", None)
        try:
            if confirmed is None:
                client.set_missing_host_key_policy(paramiko.RejectPolicy())
                client.load_host_keys(str(self._settings.known_hosts))
            else:
                client.set_missing_host_key_policy(Confirmed(fingerprint_of(confirmed)))  # type: ignore[arg-type]
            client.connect(
                to.host, to.port, to.user, key_filename=str(self._settings.identity), allow_agent=False,
                look_for_keys=False, timeout=patience, banner_timeout=patience, auth_timeout=patience,
            )  # fmt: skip
            transport = client.get_transport()
            if transport is None:
                raise paramiko.SSHException("it ended")
            channel = transport.open_session(timeout=patience)
            channel.exec_command(COMMAND)
        except Denied:
            client.close()
            raise
        except (paramiko.BadHostKeyException, paramiko.AuthenticationException) as error:
            client.close()
            raise Denied(
                f"{to.host} is not the machine it was, or does not let {to.user} in: {error}.", fix=FIX
            ) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            client.close()
            if "not found in known_hosts" in str(error):
                raise Denied(f"The host key of {to.host} is not in {self._settings.known_hosts}.", fix=FIX) from error
            raise Unavailable(f"Docker cannot be reached over SSH: {error}.", fix=FIX) from error
        return Dialled(client, channel)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def transport(settings: DockerSettings) -> httpx.BaseTransport:
    """The way there. An idle connection is used again for a moment, for signing in takes some tenths of a second."""
    made = httpx.HTTPTransport()
    made._pool = httpcore.ConnectionPool(
        uds=COMMAND, network_backend=OverSsh(settings), max_keepalive_connections=1, keepalive_expiry=5.0
    )
    return made
