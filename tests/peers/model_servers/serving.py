"""An HTTP server for stand-ins that streams, is slow, cuts connections and notices when a caller leaves."""

import contextlib
import json
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from tests.integrations.faults import Asked, Fault


class Cut(Exception):
    """The connection ended in the middle: the caller left, or the stand-in was to cut it."""


class Call:
    """One request, and the way to answer it, at once or bit by bit."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler = handler
        self._closing = closing
        self._chunked = False
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        self.asked = Asked(
            method=handler.command, path=unquote(parts.path), query=parse_qs(parts.query), body=body,
            headers={name.lower(): value for name, value in handler.headers.items()},
        )  # fmt: skip

    def body(self) -> Any:
        """The request's JSON, ``None`` where it is none."""
        try:
            return json.loads(self.asked.body)
        except ValueError:
            return None

    def json(self, told: Any, status: int = 200, **headers: str) -> None:
        """Answer at once."""
        self.raw(json.dumps(told).encode(), status, "application/json", **headers)

    def raw(self, content: bytes, status: int = 200, kind: str = "text/plain", **headers: str) -> None:
        """Answer at once with bytes."""
        self._head(status, {"Content-Type": kind, "Content-Length": str(len(content)), **headers})
        self._write(content)

    def stream(self, kind: str = "text/event-stream; charset=utf-8") -> None:
        """Begin an answer whose length nobody knows."""
        self._chunked = True
        self._head(200, {"Content-Type": kind, "Transfer-Encoding": "chunked", "Cache-Control": "no-cache"})

    def send(self, content: bytes) -> None:
        """The next bit of it."""
        self._write(b"%x\r\n%s\r\n" % (len(content), content))

    def event(self, told: Any) -> None:
        """The next event of it; a text goes as it is."""
        self.send(f"data: {told if isinstance(told, str) else json.dumps(told)}\n\n".encode())

    def end(self) -> None:
        """It is complete."""
        self._write(b"0\r\n\r\n")

    def wait(self, seconds: float) -> None:
        """Take some time; raises ``Cut`` when the caller leaves meanwhile."""
        connection, step = self._handler.connection, 0.02
        while seconds > 0:
            readable, _, _ = select.select([connection], [], [], min(seconds, step))
            if readable and not connection.recv(1, socket.MSG_PEEK):
                raise Cut
            if self._closing.is_set():
                raise Cut
            if readable:
                self._closing.wait(min(seconds, step))
            seconds -= step

    def hang(self) -> None:
        """Say nothing more until the caller leaves."""
        self.wait(60)
        raise Cut

    def cut(self) -> None:
        """Hang up in the middle."""
        with contextlib.suppress(OSError):
            self._handler.connection.shutdown(socket.SHUT_RDWR)
        raise Cut

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def _write(self, content: bytes) -> None:
        try:
            self._handler.wfile.write(content)
        except OSError as error:
            raise Cut from error


class Routed(Protocol):
    """What answers calls."""

    fault: Fault | None

    def route(self, call: Call) -> None:
        """Answer one request."""


def failing(call: Call, fault: Fault) -> bool:
    """Fail as the fault has it; whether it did."""
    match fault:
        case Fault.SLOW:
            call.hang()
        case Fault.CUT:
            call._handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
            call.cut()
        case Fault.BROKEN:
            call.raw(b"<html>bad gateway</html>", 502)
        case Fault.BUSY:
            call.json({"message": "slow down"}, 429, Retry_After="7")
        case Fault.GARBAGE:
            call.raw(b'\x00\xff{"what": [')
        case _:
            return False
    return True


class Serving:
    """A stand-in's server on loopback, in threads of this process."""

    def __init__(self, routed: Routed) -> None:
        self.asked: list[Asked] = []
        self._closing = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def respond(self) -> None:
                try:
                    call = Call(self, outer._closing)
                    outer.asked.append(call.asked)
                    if not (routed.fault and failing(call, routed.fault)):
                        routed.route(call)
                except (Cut, OSError):
                    self.close_connection = True

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        for method in ("GET", "POST", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.respond)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """End it, and what it is in the middle of."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
