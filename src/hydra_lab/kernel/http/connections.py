"""Connections to outside systems for bodies that are passed on: HTTP/1.1, kept open for the next, nothing decoded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import h11
import httpx

from hydra_lab.kernel.http.trust import trusted
from hydra_lab.kernel.http.wire import Wire

# Servers close idle connections after five seconds or more: one that is about to be closed is not used again.
IDLE_S = 4.0
CONNECT_S = 10.0
KEPT = 64
JOINED = 64 << 10  # a body below this goes out together with its head
LARGEST_HEAD = 100 << 10
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an address leads: with whom to connect, and what to ask for there."""

    host: str
    port: int
    is_tls: bool
    named: bytes  # as the header ``Host`` has it
    target: bytes


@lru_cache(maxsize=256)
def place_of(url: str) -> Place:
    """An address in its parts. Raises ``httpx.InvalidURL`` and ``httpx.UnsupportedProtocol``."""
    read = httpx.URL(url)
    if read.scheme not in ("http", "https") or not read.raw_host:
        raise httpx.UnsupportedProtocol(f"“{read.scheme}” is not http or https")
    is_tls = read.scheme == "https"
    return Place(
        host=read.raw_host.decode("ascii"), port=read.port or (443 if is_tls else 80), is_tls=is_tls,
        named=read.netloc, target=read.raw_path,
    )  # fmt: skip


class Connection:
    """One connection, which has one request at a time. Silence and breaks raise httpx's errors."""

    def __init__(self, place: Place, wire: Wire) -> None:
        self.place = place
        self.idle_since = 0.0
        self._wire = wire
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LARGEST_HEAD)
        self._silence_s = 0.0

    @classmethod
    async def opened(cls, place: Place, wait_s: float) -> Connection:
        """A new connection."""
        secure: dict[str, Any] = {"ssl": trusted(), "server_hostname": place.host} if place.is_tls else {}
        try:
            async with asyncio.timeout(wait_s):
                _, wire = await asyncio.get_running_loop().create_connection(
                    Wire, place.host, place.port, happy_eyeballs_delay=0.25, **secure
                )
        except TimeoutError as error:
            raise httpx.ConnectTimeout("no connection in time") from error
        except (OSError, UnicodeError) as error:  # TLS's too, and a name that is none
            raise httpx.ConnectError(str(error)) from error
        return cls(place, wire)

    @property
    def is_usable(self) -> bool:
        """Whether it may have another request: it was not idle for long, and nothing came since, such as its end."""
        return time.monotonic() - self.idle_since <= IDLE_S and self._wire.is_quiet

    @property
    def is_reusable(self) -> bool:
        """Whether request and answer are over, nothing came behind them, and both sides would have another."""
        http = self._http
        return http.our_state is h11.DONE and http.their_state is h11.DONE and not http.trailing_data[0]

    def reuse(self) -> None:
        """Make ready for another request."""
        self._http.start_next_cycle()
        self.idle_since = time.monotonic()

    def close(self) -> None:
        """Close it at once; a server that is still answering is told to stop by that."""
        self._wire.transport.abort()

    async def send(self, headers: Headers, body: bytes, silence_s: float) -> h11.Response:
        """POST a body; the head of the answer."""
        self._silence_s = silence_s
        try:
            head = self._http.send(h11.Request(method=b"POST", target=self.place.target, headers=headers)) or b""
            self._http.send(h11.Data(data=body))
            self._http.send(h11.EndOfMessage())
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error
        if len(body) < JOINED:
            self._wire.transport.write(head + body)
        else:
            self._wire.transport.write(head)
            self._wire.transport.write(body)
            try:
                async with asyncio.timeout(silence_s):
                    await self._wire.room()
            except TimeoutError as error:
                raise httpx.WriteTimeout("nothing was taken in time") from error
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                raise httpx.RemoteProtocolError("an answer has no beginning")

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body of the answer as it comes."""
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    async def _next(self) -> Any:
        """What comes next. Raises ``httpx.ReadTimeout``, ``ReadError`` and ``RemoteProtocolError``."""
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                async with asyncio.timeout(self._silence_s):
                    self._http.receive_data(await self._wire.read())
        except TimeoutError as error:
            raise httpx.ReadTimeout("nothing came in time") from error
        except OSError as error:
            raise httpx.ReadError(str(error)) from error
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        return event


class Pool:
    """The connections of one event loop."""

    def __init__(self) -> None:
        self._idle: list[Connection] = []  # the one used last comes last

    async def take(self, place: Place, wait_s: float) -> Connection:
        """A connection for one request, to be given back."""
        for one in reversed(self._idle):
            if (one.place.host, one.place.port, one.place.is_tls) == (place.host, place.port, place.is_tls):
                self._idle.remove(one)
                if one.is_usable:
                    one.place = place
                    return one
                one.close()
        return await Connection.opened(place, wait_s)

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next request if it can have one; what is too old or too many is closed."""
        if not connection.is_reusable:
            connection.close()
            return
        connection.reuse()
        self._idle.append(connection)
        while len(self._idle) > KEPT or connection.idle_since - self._idle[0].idle_since > IDLE_S:
            self._idle.pop(0).close()

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self._idle.pop().close()
