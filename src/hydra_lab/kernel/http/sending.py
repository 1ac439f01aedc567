"""Sending bytes on and handing back what comes, as it comes: the async side of calls out, with pooled connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

import httpx

from hydra_lab.kernel.http.errors import translated

# Servers close idle connections after five seconds or more: one that is about to be closed is not used again.
IDLE_S = 4.0
CONNECT_S = 10.0
KEPT = 64
# Of one connection only (RFC 9110 section 7.6.1), or made anew for the next one.
HOP_BY_HOP = frozenset({
    "connection", "content-length", "host", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade",
})  # fmt: skip


class Sent:
    """An answer as it comes: nothing of its body is decoded or changed. Names of headers are in lower case."""

    def __init__(self, who: str, answer: httpx.Response, stream: httpx.AsyncByteStream) -> None:
        self.status = answer.status_code
        self.headers: Mapping[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers.raw
        }
        self._who, self._stream = who, stream

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece. Raises ``Unavailable`` when it ends too early or stays silent too long."""
        with translated(self._who):
            async for chunk in self._stream:
                yield chunk


class Sender:
    """Connections to outside systems, pooled for each event loop; without cookies, redirects and proxies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncHTTPTransport] = WeakKeyDictionary()

    @asynccontextmanager
    async def post(
        self, who: str, url: str, body: bytes, headers: Mapping[str, str], *, silence_s: float
    ) -> AsyncIterator[Sent]:
        """POST a body as it is. Any status is an answer; leaving before the body's end closes the connection.

        ``who`` names the system in errors. Raises ``Unavailable`` when it cannot be reached or sends nothing for
        ``silence_s``, ``Refused`` for an address that is none.
        """
        kept = {name.lower(): value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
        patience = {"connect": min(CONNECT_S, silence_s), "read": silence_s, "write": silence_s, "pool": None}
        with translated(who):
            request = httpx.Request("POST", url, headers={"accept-encoding": "identity", **kept}, content=body)
            request.extensions = {"timeout": patience}
            answer = await self._pool().handle_async_request(request)
        stream = answer.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        try:
            yield Sent(who, answer, stream)
        finally:
            with translated(who):
                await stream.aclose()

    async def close(self) -> None:
        """Close the idle connections of this event loop."""
        with self._lock:
            pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool:
            await pool.aclose()

    def _pool(self) -> httpx.AsyncHTTPTransport:
        loop = asyncio.get_running_loop()
        with self._lock:
            if (pool := self._pools.get(loop)) is None:
                limits = httpx.Limits(max_connections=None, max_keepalive_connections=KEPT, keepalive_expiry=IDLE_S)
                pool = self._pools[loop] = httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
        return pool
