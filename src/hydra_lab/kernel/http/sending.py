"""Sending bytes on and handing back what comes, as it comes: the async side of calls out, with pooled connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

import h11

from hydra_lab.kernel.http.connections import CONNECT_S, Connection, Pool, place_of
from hydra_lab.kernel.http.errors import translated

# Of one connection only (RFC 9110 section 7.6.1), or made anew for the next one.
HOP_BY_HOP = frozenset({
    "connection", "content-length", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade",
})  # fmt: skip


class Sent:
    """An answer as it comes: nothing of its body is decoded or changed. Names of headers are in lower case."""

    def __init__(self, who: str, head: h11.Response, connection: Connection) -> None:
        self.status = head.status_code
        self.headers: Mapping[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers
        }
        self._who, self._connection = who, connection

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece. Raises ``Unavailable`` when it ends too early or stays silent too long."""
        with translated(self._who):
            async for chunk in self._connection.pieces():
                yield chunk


class Sender:
    """Connections to outside systems, pooled for each event loop; without cookies, redirects and proxies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()

    @asynccontextmanager
    async def post(
        self, who: str, url: str, body: bytes, headers: Mapping[str, str], *, silence_s: float
    ) -> AsyncIterator[Sent]:
        """POST a body as it is. Any status is an answer; leaving before the body's end closes the connection.

        ``who`` names the system in errors. Raises ``Unavailable`` when it cannot be reached or sends nothing for
        ``silence_s``, ``Refused`` for an address that is none.
        """
        pool = self._pool()
        with translated(who):
            place = place_of(url)
            connection = await pool.take(place, min(CONNECT_S, silence_s))
        try:
            with translated(who):
                head = await connection.send(headed(place.named, headers, body), body, silence_s)
            yield Sent(who, head, connection)
        finally:
            pool.give_back(connection)

    async def close(self) -> None:
        """Close the idle connections of this event loop."""
        with self._lock:
            pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool:
            pool.close()

    def _pool(self) -> Pool:
        loop = asyncio.get_running_loop()
        with self._lock:
            if (pool := self._pools.get(loop)) is None:
                pool = self._pools[loop] = Pool()
        return pool


def headed(host: bytes, headers: Mapping[str, str], body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers to send: those given, without what belongs to the connection that they came by."""
    kept = {name.lower(): value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
    told = {"accept-encoding": "identity", **kept, "content-length": str(len(body))}
    sent = ((name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in told.items())
    return [(b"host", host), *sent]
