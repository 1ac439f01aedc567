"""An answer on its way from a server to who asked: unchanged, watched, and honest about an end that is none."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

from pydantic_core import from_json

from hydra_lab.areas.gateway.events import Watched
from hydra_lab.areas.gateway.reading import Counted, is_error, usage_in
from hydra_lab.kernel.capabilities import ServedAnswer
from hydra_lab.kernel.errors import HydraError, Unavailable, describe
from hydra_lab.kernel.inference.openai import as_openai

# Statuses that say more about a server than about what was asked of it: another one may answer.
ELSEWHERE = frozenset({401, 403, 404, 408, 429}) | frozenset(range(500, 600))
LARGEST = 64 << 20  # of an answer that is read whole
PASSED_BACK = ("content-type", "retry-after", "openai-processing-ms", "x-request-id")


class Failed(HydraError):
    """A server answered, but with what is no answer. ``passing`` is what it said, if that can be handed on."""

    code = "refused"

    def __init__(self, detail: str, passing: Passing | None = None) -> None:
        super().__init__(detail)
        self.passing = passing


class Passing:
    """An answer: ``status``, ``headers``, and its bytes by iterating. ``aclose`` must follow, and may at any time.

    A stream that breaks ends with an event that tells of it, then raises.
    """

    def __init__(
        self, answer: ServedAnswer, *, server: str, model: str, ends: float, queued_s: float, began: float,
        keep: bool = False,
    ) -> None:  # fmt: skip
        self.status, self.server, self.model, self.queued_s = answer.status, server, model, queued_s
        self.headers = {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
        is_stream = answer.status < 300 and answer.headers.get("content-type", "").startswith("text/event-stream")
        self.watched = Watched(began, keep=keep) if is_stream else None
        self.counted = Counted()
        self.body: bytes | None = None
        self.failure: str | None = None if answer.status < 400 else f"http_{answer.status}"
        self.seconds = 0.0
        self._ends, self._began = ends, began
        self._pieces = answer.chunks()
        self._first: list[bytes] = []
        self._stack = AsyncExitStack()
        self._over: list[Callable[[], None]] = []
        self._is_over = False
        self._complete = False
        self._copy: bytearray | None = None
        self._copy_at_most = 0

    def owns(self, stack: AsyncExitStack) -> None:
        """What to let go when it is over."""
        self._stack = stack

    def when_over(self, told: Callable[[], None]) -> None:
        """Have somebody told when it is over."""
        self._over.append(told)

    def copies(self, at_most: int) -> None:
        """Have ``copy`` when it is over, if it is no longer than that."""
        self._copy, self._copy_at_most = bytearray(), at_most

    @property
    def copy(self) -> bytes | None:
        """The whole answer once it has passed to its end, where it was to be copied."""
        if self._copy is None or not self._complete or len(self._copy) > self._copy_at_most:
            return None
        return self.body if self.body is not None else bytes(self._copy)

    async def begin(self) -> None:
        """Read until its kind is known: a stream's first event, or the whole of any other answer."""
        if self.watched is None:
            self.body = await self._whole()
            self._complete = True
            self.seconds = time.monotonic() - self._began
            return
        while not self.watched.events and (piece := await self._next()) is not None:
            self._first.append(piece)
            self.watched.feed(piece)

    def check(self) -> None:
        """Raise ``Failed`` where what came first is no answer."""
        if self.status in (401, 403):
            self._becomes_error(f"{self.server} refused the credential that Hydra has for it.", None)
        if self.status in ELSEWHERE:
            raise Failed(f"{self.server} answered with status {self.status}.", self)
        if self.status >= 400:
            return
        if self.watched is not None:
            problem = self.watched.error or (None if self.watched.events else {"message": "The stream is empty."})
            if problem is not None:
                self._becomes_error(f"{self.server} began a stream with an error.", problem)
            return
        try:
            read = from_json(self.body or b"")
        except ValueError:
            self._becomes_error(f"{self.server} answered something that is not JSON.", None)
            return
        if is_error(read):
            self._becomes_error(f"{self.server} answered with an error and status {self.status}.", read)
        self.counted = usage_in(read)

    def _becomes_error(self, detail: str, told: object) -> None:
        """An answer that is none, whatever its status: what it tells is handed on with a status that says so."""
        error = told if isinstance(told, dict) and "error" in told else None
        problem = {"detail": detail, "status": 502, "code": "refused"}
        self.body = json.dumps(error or as_openai(problem)).encode()
        self.status, self.failure, self.headers = 502, "refused", {"content-type": "application/json"}
        self.watched, self._complete = None, True
        raise Failed(detail, self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes, as they come."""
        if self.body is not None:
            yield self.body
            return
        for piece in self._first:
            self._note(piece)
            yield piece
        try:
            while (more := await self._next()) is not None:
                if self.watched is not None:
                    self.watched.feed(more)
                self._note(more)
                yield more
            if self.watched is not None and not self.watched.ended and self.watched.error is None:
                raise Unavailable(f"{self.server} ended the stream before its end.", fix="Ask again.")
        except HydraError as error:
            self.failure = "cut"
            told = json.dumps(as_openai({**describe(error), "status": 502}))
            between = "" if self.watched is None or self.watched.is_between else "\n\n"
            yield f"{between}data: {told}\n\n".encode()
            raise
        if self.watched is not None and self.watched.error is not None:
            self.failure = "error"
        self._complete = True

    async def aclose(self) -> None:
        """Let go of the server; one that is still answering is told to stop by that."""
        if self._is_over:
            return
        self._is_over = True
        if self.watched is not None:
            self.seconds = time.monotonic() - self._began
            counted = self.watched.counted
            self.counted = Counted(
                prompt=counted.prompt,
                completion=self.watched.tokens if counted.completion is None else counted.completion,
            )
        if not self._complete and self.failure is None:
            self.failure = "left"
        try:
            await self._stack.aclose()
        finally:
            for told in self._over:
                told()

    def _note(self, piece: bytes) -> None:
        if self._copy is not None and len(self._copy) <= self._copy_at_most:
            self._copy += piece

    async def _next(self) -> bytes | None:
        """The next piece; ``None`` at the end. Raises ``Unavailable`` when it breaks or the deadline has passed."""
        try:
            async with asyncio.timeout(max(0.0, self._ends - time.monotonic())):
                return await anext(self._pieces)
        except StopAsyncIteration:
            return None
        except TimeoutError as error:
            raise Unavailable(f"{self.server} was not done at the request's deadline.", fix="Ask for less.") from error

    async def _whole(self) -> bytes:
        pieces, size = [], 0
        while (piece := await self._next()) is not None:
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise Unavailable(f"{self.server} answered with more than {LARGEST >> 20} MiB.", fix="Ask for less.")
        return b"".join(pieces)
