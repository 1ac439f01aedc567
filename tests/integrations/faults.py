"""The fault harness: an integration's outside system, well or failing in every way that matters.

Each integration's tests supply one as ``HARNESS`` in ``tests/integrations/<name>/harness.py``; the conformance test
takes it through all faults. ``HttpHarness`` serves what speaks HTTP; others write their own ``running``.
"""

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from tests.server import free_port

# How long the clients under test wait for an answer.
PATIENCE_S = 0.5


class Fault(StrEnum):
    """What can be wrong with an outside system."""

    DENIED = "denied"  # it refuses the credential
    GONE = "gone"  # nobody listens
    SLOW = "slow"  # it takes the call and says nothing
    CUT = "cut"  # it hangs up in the middle of its answer
    BROKEN = "broken"  # it answers with an error of its own
    BUSY = "busy"  # it asks to come back later
    GARBAGE = "garbage"  # it answers something that makes no sense


class Harness(Protocol):
    """What the conformance test needs of an integration."""

    secret: str  # the credential's secret part, as it is in the settings
    calls: Mapping[str, Callable[[Any], Any]]  # one call of each capability it provides
    probe_asks: bool  # whether its probe asks the system; of some that cannot be done without an effect

    def running(self, fault: Fault | None) -> AbstractContextManager[dict[str, Any]]:
        """The outside system with a fault or none; gives the settings that lead to it."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as the stand-in got it."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a stand-in answers; ``json`` is sent as such unless ``body`` is given."""

    status: int = 200
    json: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        if self.body is not None:
            return self.body
        return b"" if self.json is None else json.dumps(self.json).encode()


class StandIn:
    """An HTTP server on loopback that answers with a function; ``asked`` keeps what it was asked."""

    def __init__(self, answer: Callable[[Asked], Reply], fault: Fault | None = None) -> None:
        self.asked: list[Asked] = []
        self.fault = fault
        self._done = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def respond(self) -> None:
                outer.respond(self, answer)

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.respond)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> "StandIn":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._server.shutdown()
        self._server.server_close()

    def respond(self, handler: BaseHTTPRequestHandler, answer: Callable[[Asked], Reply]) -> None:
        """Answer one request, or fail as the fault has it."""
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        asked = Asked(
            method=handler.command, path=parts.path, query=parse_qs(parts.query), body=body,
            headers={name.lower(): value for name, value in handler.headers.items()},
        )  # fmt: skip
        self.asked.append(asked)
        match self.fault:
            case Fault.SLOW:
                self._done.wait(10)
                handler.close_connection = True
                return
            case Fault.CUT:
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
                handler.connection.shutdown(socket.SHUT_RDWR)
                handler.close_connection = True
                return
            case Fault.BROKEN:
                reply = Reply(status=502, body=b"<html>bad gateway</html>")
            case Fault.BUSY:
                reply = Reply(status=429, json={"message": "slow down"}, headers={"Retry-After": "7"})
            case Fault.GARBAGE:
                reply = Reply(body=b'\x00\xff{"what": [')
            case _:
                reply = answer(asked)
        with contextlib.suppress(ConnectionError):
            handler.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.content)), **reply.headers}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(reply.content)


@dataclass(frozen=True, kw_only=True)
class HttpHarness:
    """A system that speaks HTTP: ``answer`` stands in for it and checks the credential as it does.

    ``values(url, secret)`` are the settings that lead to the stand-in; ``wrong`` is a secret it must refuse. Where
    nobody looks into an answer, ``garbage`` is one that makes no sense by itself, such as an odd status.
    """

    answer: Callable[[Asked], Reply]
    values: Callable[[str, str], dict[str, Any]]
    secret: str
    wrong: str
    calls: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    probe_asks: bool = True
    garbage: Reply | None = None

    @contextmanager
    def running(self, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """The stand-in with a fault or none."""
        if fault is Fault.GONE:
            yield self.values(f"http://127.0.0.1:{free_port()}", self.secret)
            return
        if fault is Fault.GARBAGE and (odd := self.garbage):
            with StandIn(lambda asked: odd) as server:
                yield self.values(server.url, self.secret)
            return
        with StandIn(self.answer, fault) as server:
            yield self.values(server.url, self.wrong if fault is Fault.DENIED else self.secret)
