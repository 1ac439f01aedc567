"""What the command line is given by the composition root, which knows every room."""

import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from hydra_lab.kernel.services import Services


class Application(Protocol):
    """A Hydra in this process; see ``hydra_lab.app``."""

    services: "Services"
    first_token: str | None
    was_new: bool
    was_given_up: bool  # other nodes took it for dead and have its work

    def open(self) -> object: ...
    def start(self, *, lanes: dict[str, int] | None = None, node: str | None = None) -> None: ...
    def stop(self) -> None: ...


class Program(Protocol):
    """The parts of Hydra that only some commands need; each imports what it needs when it is called."""

    def application(self, overrides: Mapping[str, Any], config: Path | None) -> Application:
        """A Hydra with these settings over all others, not opened yet. Raises ``Invalid`` listing wrong settings."""

    def worker_settings(self, overrides: Mapping[str, Any], config: Path | None) -> None:
        """Raise ``Invalid`` where these settings are none for a worker."""

    def restore(self, overrides: Mapping[str, Any], config: Path | None, name: str | None) -> dict[str, Any]:
        """Put a backup (the newest if none is named) in place of the data; what was done, ready for JSON.

        Raises ``Conflict`` while a Hydra runs there, ``NotFound`` naming the backups there are.
        """

    def listen(self, host: str, port: int) -> socket.socket:
        """A bound socket. Raises ``Conflict`` when the port is in use, ``Invalid`` for a foreign address."""

    def serve(self, application: Application, sock: socket.socket, on_ready: Callable[[], None]) -> bool:
        """Serve until asked to stop; whether serving began."""

    def speak_mcp(self, url: str, token: str | None) -> None:
        """Serve the Model Context Protocol on standard input and output, as a client of the server at ``url``."""
