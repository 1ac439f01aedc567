"""A real Hydra for agents: with a key for each kind of them, and a slow neighbour to call."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from hydra_lab.kernel.credentials import KeyKind
from tests.lab import OWNER
from tests.server import Server
from tests.surfaces.served import Served


@dataclass
class Slow:
    """A neighbour that answers when it is told to."""

    url: str = ""
    asked: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Slow]:
    """The slow neighbour."""
    slow = Slow()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            slow.asked.set()
            slow.go.wait(60)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    slow.url = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield slow
    slow.go.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory, neighbour: Slow) -> Iterator[Server]:
    """A running Hydra that may call the neighbour, and whose owner trusts the client of the key `desk`."""
    server = Server(
        tmp_path_factory.mktemp("mcp") / "data", HYDRA_HTTP__ALLOWED_HOSTS="127.0.0.1",
        HYDRA_MCP__APPROVE_IN_CLIENT="desk", HYDRA_TIME_ZONE="UTC",
    ).start()  # fmt: skip
    try:
        yield server
        print(server.tail())
    finally:
        server.close()


def made(hydra: Server, name: str, kind: str, *scopes: str) -> str:
    """The token of a new key."""
    body = {"name": name, "kind": kind, "scopes": scopes}
    return str(hydra.client.post("/keys", json=body).raise_for_status().json()["token"])


@pytest.fixture(scope="module")
def stranger(hydra: Server) -> str:
    """The key of an agent whose client's word counts for nothing."""
    return made(hydra, "stranger", "agent", "read", "write")


@pytest.fixture(scope="module")
def desk(hydra: Server) -> str:
    """The key of the agent on the owner's desk."""
    return made(hydra, "desk", "agent", "read", "write")


@pytest.fixture(scope="module")
def person(hydra: Server) -> str:
    """A person's key."""
    return made(hydra, "ada", "person", "read", "write", "approve")


@pytest.fixture(scope="session")
def agent(toyshop: Served) -> str:
    """An agent's key in the toyshop."""
    services = toyshop.services
    with services.database.begin() as connection:
        return services.credentials.create_key(
            connection, name="agent", kind=KeyKind.AGENT, scopes=("read", "write"), actor=OWNER
        ).token
