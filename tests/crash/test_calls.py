"""The real server is killed again and again while an outside server counts the calls that reach it."""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from tests.server import Server

pytestmark = pytest.mark.crash


class Counting(ThreadingHTTPServer):
    """Counts calls by their Idempotency-Key, and does what they ask once for each key."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: Counter[str] = Counter()
        self.effects: dict[str, str] = {}
        self.lock = threading.Lock()

    @property
    def host(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server_port}"

    def count(self, key: str, path: str) -> None:
        """One call came."""
        with self.lock:
            self.seen[key] += 1
            self.effects.setdefault(key, path)


class Answering(BaseHTTPRequestHandler):
    """Answers 200 after a moment."""

    server: Counting

    def do_POST(self) -> None:
        """Count, wait a little, answer."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.server.count(self.headers.get("Idempotency-Key", ""), self.path)
        time.sleep(0.01)
        with contextlib.suppress(OSError):  # who called may have been killed meanwhile
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def counting() -> Iterator[Counting]:
    """The outside server, which is never killed."""
    server = Counting()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.timeout(1800)
def test_every_acknowledged_call_is_made_under_its_own_key(
    make_server: Callable[..., Server], counting: Counting, kills: int
) -> None:
    hydra = make_server(HYDRA_HTTP__ALLOWED_HOSTS=counting.host)
    wanted: dict[str, str] = {}
    for _ in range(max(3, kills // 4)):
        hydra.start()
        load(hydra, counting.host, wanted, time.monotonic() + random.uniform(0.2, 1.0))
        hydra.kill()
    hydra.start()
    wait_until_done(hydra, list(wanted), within_s=60 + len(wanted))
    assert {key: counting.effects.get(key) for key in wanted} == wanted, "every call was made, and under its item's id"
    again = sum(count - 1 for count in counting.seen.values())
    print(f"{len(wanted)} calls, {again} of them sent again")


def load(hydra: Server, host: str, wanted: dict[str, str], until: float) -> None:
    """Queue calls as quickly as they are acknowledged; each has a path of its own."""
    while time.monotonic() < until:
        paths = [f"/{len(wanted) + number}" for number in range(5)]
        items = [
            {"operation": "http.call", "input": {"url": f"http://{host}{path}", "method": "POST"}} for path in paths
        ]
        with contextlib.suppress(httpx.TransportError):
            added = hydra.client.post("/queue/batch", json={"items": items})
            added.raise_for_status()
            wanted.update({item["id"]: path for item, path in zip(added.json()["items"], paths, strict=True)})


def wait_until_done(hydra: Server, ids: list[str], within_s: float) -> None:
    """Wait until all of these items are done."""
    deadline = time.monotonic() + within_s
    for id in ids:
        while (item := hydra.client.get(f"/queue/{id}").json())["state"] != "done":
            assert item["state"] in ("queued", "running", "held"), item
            assert time.monotonic() < deadline, item
            time.sleep(0.05)
