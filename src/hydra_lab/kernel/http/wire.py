"""The bytes of one connection: what came and was not taken yet, whether it has ended, and room to write."""

from __future__ import annotations

import asyncio
import select
from collections import deque

MOST = 256 << 10  # bytes that may lie here before the other side has to wait


class Wire(asyncio.Protocol):
    """A connection's two directions. One task reads, one writes."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._came: deque[bytes] = deque()
        self._size = 0
        self._is_full = False
        self._ended = False
        self._error: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        self._room.set()

    async def read(self) -> bytes:
        """What comes next, empty at the end. Raises ``OSError`` where the connection broke."""
        if not self._came and not self._ended:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        if not self._came:
            if self._error is not None:
                raise ConnectionError(str(self._error)) from self._error
            return b""
        data = self._came.popleft()
        self._size -= len(data)
        if self._is_full and self._size < MOST // 2:
            self._is_full = False
            self.transport.resume_reading()
        return data

    async def room(self) -> None:
        """Return when more may be written, or nothing ever again."""
        await self._room.wait()

    @property
    def is_quiet(self) -> bool:
        """Whether it is open and nothing came: neither bytes nor its end."""
        if self._ended or self._came or self.transport.is_closing():
            return False
        poll = select.poll()  # what came while the event loop was busy, it has not told of yet
        poll.register(self.transport.get_extra_info("socket"), select.POLLIN)
        return not poll.poll(0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._came.append(data)
        self._size += len(data)
        if self._size > MOST and not self._is_full:
            self._is_full = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """The other side sends no more."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self._ended, self._error = True, exc
        self._room.set()
        self._wake()

    def pause_writing(self) -> None:
        """The other side does not take what was written."""
        self._room.clear()

    def resume_writing(self) -> None:
        """It does again."""
        self._room.set()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
