"""Listening: a socket taken before anything else starts, and a server that ends its streams when it stops."""

import contextlib
import resource
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from hydra_lab.kernel.errors import Conflict, Invalid

GRACE_S = 5


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address, so that a port in use is known before any work begins.

    Raises ``Conflict`` when the port is taken, ``Invalid`` when the address is none of this machine's.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Said to be TCP: asyncio sends at once (no Nagle) only on sockets that say so; each answer waited 40 ms else.
        taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise Invalid(f"{host} is no address to listen on: {error}.", fix="Give --host an address of yours.") from error
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
        taken.listen(2048)
    except PermissionError as error:
        taken.close()
        raise Invalid(f"Port {port} needs root.", fix="Choose a port above 1023: hydra up --port 8700.") from error
    except OSError as error:
        taken.close()
        if error.errno == 99:
            raise Invalid(f"{host} is no address of this machine.", fix="Give --host an address of yours.") from error
        raise Conflict(
            f"Port {port} on {host} is in use.",
            fix=f"Stop what listens there, or choose another: hydra up --port {port + 1}.",
        ) from error
    taken.setblocking(False)
    return taken


class Server(uvicorn.Server):
    """uvicorn that says when it is ready, and ends open streams as soon as it is asked to stop."""

    def __init__(self, app: Starlette, on_ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app, loop="asyncio", ws="none", lifespan="on", log_config=None, access_log=False, server_header=False,
            proxy_headers=False, timeout_keep_alive=30, timeout_graceful_shutdown=GRACE_S,
        )  # fmt: skip
        super().__init__(config)
        self._state = app.state
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        if self._state.failure:
            self.should_exit = True
        elif self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order at the first signal, at once at the second; the process then ends by itself, with 0."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True
        self._state.streams.close()


def serve(app: Starlette, sock: socket.socket, on_ready: Callable[[], None] = lambda: None) -> bool:
    """Serve until SIGTERM or SIGINT; whether serving ever began. Raises the error that kept Hydra from starting."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536) if hard > 0 else soft, hard))
    server = Server(app, on_ready)
    server.run(sockets=[sock])
    if app.state.failure:
        raise app.state.failure
    return server.started
