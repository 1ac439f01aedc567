"""Requests as a program or a browser sends them: one connection kept open, bytes as they come over the wire."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any

from tests.server import Server


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer, with the seconds until its last byte and its body as it was sent (perhaps compressed)."""

    status: int
    seconds: float
    wire: bytes
    headers: dict[str, str]

    def data(self) -> Any:
        """The body as JSON."""
        return json.loads(self.wire)


class Browser:
    """One connection to a server, signed in as its administrator."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {server.token}"}

    def get(self, path: str, **headers: str) -> Reply:
        """Ask for a path. Raises ``AssertionError`` unless the answer is 200."""
        return self._send("GET", path, None, {200}, headers)

    def post(self, path: str, body: Any) -> Reply:
        """Send JSON. Raises ``AssertionError`` unless the answer is a success."""
        return self._send(
            "POST", path, json.dumps(body).encode(), {200, 201, 202}, {"Content-Type": "application/json"}
        )

    def _send(self, method: str, path: str, body: bytes | None, good: set[int], headers: dict[str, str]) -> Reply:
        began = time.perf_counter()
        self._connection.request(method, path, body, {**self._headers, **headers})
        response = self._connection.getresponse()
        wire = response.read()
        seconds = time.perf_counter() - began
        assert response.status in good, f"{method} {path}: {response.status} {wire[:500]!r}"
        return Reply(
            status=response.status, seconds=seconds, wire=wire,
            headers={name.lower(): value for name, value in response.getheaders()},
        )  # fmt: skip

    def close(self) -> None:
        """End the connection."""
        self._connection.close()
