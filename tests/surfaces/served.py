"""The whole web server in this process, on a free port, with the toys beside the real areas."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from hydra_lab import app
from hydra_lab.kernel.registry import Registry
from hydra_lab.surfaces.http.serve import Server, listen
from tests.surfaces.toys import AREA


class Served:
    """One running server and a client signed in as its owner."""

    def __init__(self, application: app.Application, url: str, asgi: Any) -> None:
        self.application = application
        self.services = application.services
        self.url = url
        self.asgi = asgi
        self.token = (self.services.settings.current.data_dir / "cli-token").read_text()
        self.client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {self.token}"}, trust_env=False)
        self.nobody = httpx.Client(base_url=url, trust_env=False)

    def session(self) -> tuple[httpx.Client, str]:
        """A signed-in browser, and what its forms must carry."""
        actor = self.services.credentials.authenticate(self.token)
        assert actor
        cookie, csrf = self.services.credentials.open_session(actor)
        return httpx.Client(base_url=self.url, cookies={"hydra_session": cookie}, trust_env=False), csrf


@contextmanager
def served(data_dir: Path, **overrides: Any) -> Iterator[Served]:
    """A server for the length of a block. It adds work but runs none: the engine is not started."""
    found = app.found_rooms()
    registry = Registry(areas={**found.areas, "toys": AREA}, integrations=found.integrations)
    sources = app.layers(overrides={"data_dir": data_dir, "time_zone": "UTC", **overrides}, registry=registry)
    application = app.Application(sources, registry=registry).open()
    application.services.credentials.start()
    application.start = application.services.feed.start  # type: ignore[method-assign]
    asgi = app.web_server(application)
    sock, ready = listen("127.0.0.1", 0), threading.Event()
    port = sock.getsockname()[1]
    server = Server(asgi, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    assert ready.wait(20), "the server did not start"
    one = Served(application, f"http://127.0.0.1:{port}", asgi)
    try:
        yield one
    finally:
        asgi.state.streams.close()
        server.should_exit = True
        thread.join(20)
        one.client.close()
        one.nobody.close()
