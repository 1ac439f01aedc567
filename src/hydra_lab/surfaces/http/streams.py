"""Answers that come bit by bit: streams of events with heartbeats, and bytes as they come, cut where they break."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hydra_lab.kernel.errors import HydraError, Unavailable, describe
from hydra_lab.kernel.operation import Frame

T = TypeVar("T")
log = structlog.get_logger()

BEAT_S = 15.0
# A client whose connection takes nothing for this long is gone or too slow to follow.
SLOW_S = 30.0
# How long an answer on its way may still take once the server stops; less than the server then waits for all of them.
STOP_S = 2.0
# How long the first frame is waited for, so that an error at the start still becomes a status.
FIRST_S = 0.1
# Frames in a row before others get their turn: without it a stream that never pauses would be all the server does.
TURN = 32
# Nobody sees this status: whoever asked has left.
GONE = Response(status_code=499)
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Streams:
    """The open streams of this process: how many there are, how many were dropped, and their common end."""

    def __init__(self) -> None:
        self.open = 0
        self.dropped = 0
        self._closing: set[asyncio.Event] = set()
        self.is_closing = False

    def close(self) -> None:
        """End every stream; called on the event loop when the server is about to stop."""
        self.is_closing = True
        for event in tuple(self._closing):
            event.set()

    def enter(self) -> asyncio.Event:
        """Count one more stream; the event is set when it should end."""
        event = asyncio.Event()
        self._closing.add(event)  # first: the signal that closes all may come between any two lines
        if self.is_closing:
            event.set()
        self.open += 1
        return event

    @contextmanager
    def waking(self, event: asyncio.Event) -> Iterator[None]:
        """While this lasts, the event is set when the server is about to stop; it is not counted as a stream."""
        self._closing.add(event)
        if self.is_closing:
            event.set()
        try:
            yield
        finally:
            self._closing.discard(event)

    def leave(self, event: asyncio.Event) -> None:
        """Count one stream less."""
        self._closing.discard(event)
        self.open -= 1


def failure(error: BaseException) -> Frame:
    """The last frame of a stream that failed on its way."""
    if isinstance(error, HydraError):
        return Frame(event="error", data=describe(error))
    fix = "Hydra's log says why; open it again."
    return Frame(event="error", data={"code": "unforeseen", "detail": "The stream failed inside Hydra.", "fix": fix})


class EventStream(Response):
    """The answer of a stream."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, frames: AsyncIterator[Frame], first: "asyncio.Future[Frame]") -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._streams, self._frames, self._first = streams, frames, first
        self._passed = 0  # frames sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send frames until they end, the client leaves, or the server stops."""
        closing = self._streams.enter()
        gone = asyncio.ensure_future(disconnected(receive))
        end = asyncio.ensure_future(closing.wait())
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await self.put(send, b"retry: 2000\n\n")
            await self.pump(send, gone, end)
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            self._streams.dropped += 1
            log.info("stream.dropped", path=scope["path"], dropped=self._streams.dropped)
            raise
        finally:
            self._streams.leave(closing)
            for task in (gone, end, self._first):
                task.cancel()
            await finished(self._first, self._frames)

    async def pump(self, send: Send, gone: "asyncio.Future[None]", end: "asyncio.Future[Any]") -> None:
        """Have frames passed on until they end, with a comment as heartbeat while there are none."""
        passing = asyncio.ensure_future(self.pass_on(send))
        try:
            while not (passing.done() or gone.done() or end.done()):
                passed = self._passed
                await asyncio.wait((passing, gone, end), timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED)
                if passed == self._passed and not (passing.done() or gone.done() or end.done()):
                    await self.put(send, b": still here\n\n")
            if passing.done():
                passing.result()
        finally:
            passing.cancel()
            await asyncio.wait((passing,))

    async def pass_on(self, send: Send) -> None:
        """Send every frame as it comes; those that are there already go without a turn of the event loop between."""
        coming: Awaitable[Frame] = self._first
        while True:
            try:
                frame = await coming
            except StopAsyncIteration:
                return
            except Exception as error:
                if not isinstance(error, HydraError):
                    log.exception("stream.failed")
                await self.put(send, failure(error).wire)
                return
            await self.put(send, frame.wire)
            self._passed += 1
            if self._passed % TURN == 0:
                await asyncio.sleep(0)
            coming = anext(self._frames)

    async def put(self, send: Send, chunk: bytes) -> None:
        """Send one chunk. Raises ``TimeoutError`` when the client does not take it."""
        async with asyncio.timeout(SLOW_S):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def disconnected(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def finished(pending: "asyncio.Future[Frame]", frames: AsyncIterator[Frame]) -> None:
    """Let the generator run its clean-up."""
    with suppress(asyncio.CancelledError, StopAsyncIteration, Exception):
        await pending
    close = getattr(frames, "aclose", None)
    if close is not None:
        with suppress(Exception):
            await close()


async def event_stream(streams: Streams, frames: AsyncIterator[Frame]) -> Response:
    """A stream as an answer. Raises what the handler raises before its first frame."""
    first: asyncio.Future[Frame] = asyncio.ensure_future(anext(frames))
    await asyncio.wait((first,), timeout=FIRST_S)
    if first.done() and isinstance(error := first.exception(), HydraError):
        raise error
    return EventStream(streams, frames, first)


async def first_of(streams: Streams, *tasks: "asyncio.Future[Any]") -> bool:
    """Wait until one of them is done; false when the server stops and none is done within ``STOP_S``."""
    closing = asyncio.Event()
    end = asyncio.ensure_future(closing.wait())
    try:
        with streams.waking(closing):
            await asyncio.wait((*tasks, end), return_when=asyncio.FIRST_COMPLETED)
        if not any(task.done() for task in tasks):
            await asyncio.wait(tasks, timeout=STOP_S, return_when=asyncio.FIRST_COMPLETED)
    finally:
        end.cancel()
    return any(task.done() for task in tasks)


def stopping() -> Unavailable:
    """What callers are told whose answer does not come to its end before the server has stopped."""
    return Unavailable("Hydra is stopping; this answer did not come to its end.", fix="Ask again in a moment.")


class Chunks(Response):
    """A body of unknown length. When it raises on its way the connection is closed without an end.

    One that goes on while the server stops is told so at its next chunk, as an error that it may put into words.
    """

    def __init__(
        self, chunks: AsyncIterable[bytes], status: int, headers: Mapping[str, str], media_type: str, streams: Streams
    ) -> None:
        super().__init__(status_code=status, headers=dict(headers), media_type=media_type)
        if "content-length" not in {name.lower() for name in headers}:
            del self.headers["content-length"]
        self._chunks, self._streams = chunks, streams
        self._late = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send every chunk, until they end, the caller leaves or the server stops."""
        passing = asyncio.ensure_future(self.pass_on(send))
        gone = asyncio.ensure_future(disconnected(receive))
        try:
            if not await first_of(self._streams, passing, gone):
                self._late = True
                await asyncio.wait((passing, gone), timeout=STOP_S / 2, return_when=asyncio.FIRST_COMPLETED)
                if not (passing.done() or gone.done()):
                    raise stopping()
            if passing.done():
                passing.result()
        except Exception as error:
            if not isinstance(error, HydraError | TimeoutError):
                log.exception("answer.failed", path=scope["path"])
            # An answer that is left without its end closes the connection: the caller sees that it is not whole.
            log.warning("answer.cut", path=scope["path"], error=str(error) or type(error).__name__)
        finally:
            for task in (passing, gone):
                task.cancel()
            await asyncio.wait((passing, gone))
            close = getattr(self._chunks, "aclose", None)
            if close is not None:
                with suppress(Exception):
                    await close()

    async def pass_on(self, send: Send) -> None:
        """Send what comes. Raises ``TimeoutError`` when the caller takes nothing for long."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        pieces = aiter(self._chunks)
        async for chunk in pieces:
            await self.put(send, chunk)
            if self._late:
                if isinstance(pieces, AsyncGenerator):
                    await self.put(send, await pieces.athrow(stopping()))
                    await pieces.aclose()
                raise stopping()
        await send({"type": "http.response.body", "body": b""})

    async def put(self, send: Send, chunk: bytes) -> None:
        """Send one chunk. Raises ``TimeoutError`` when the caller does not take it."""
        if chunk:
            async with asyncio.timeout(SLOW_S):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of ``work``; ``None`` when the caller left before it came, and then ``work`` was cancelled.

    Raises ``Unavailable`` when the server stops before it came.
    """
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(disconnected(request.receive))
    try:
        if not await first_of(request.app.state.streams, working, gone):
            raise stopping()
        return working.result() if working.done() else None
    finally:
        for task in (working, gone):
            task.cancel()
        await asyncio.wait((working, gone))
