"""Doors of model servers: requests go in and out; a switch of models shuts a door and waits until it is alone."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from hydra_lab.kernel.errors import Busy

LONGEST_SHUT_S = 1800.0  # a load that takes longer has gone wrong; whoever waits is told so


class Door:
    """One server's door. Everything in it is read and written under the lock of ``Doors``."""

    def __init__(self) -> None:
        self.inside = 0
        self.is_shut = False
        self.turns = 0
        self.wakers: set[Callable[[], None]] = set()


class Doors:
    """One door for each server, by its id, for the requests and switches of this process.

    Requests run on any event loop, switches in any thread.
    """

    def __init__(self) -> None:
        self._doors: dict[str, Door] = {}
        self._changed = threading.Condition()

    def count(self, server: str) -> int:
        """How many requests are inside now."""
        with self._changed:
            return self._door(server).inside

    def turns(self, server: str) -> int:
        """How often the door was shut or opened: what was known of a server before may have changed since."""
        with self._changed:
            return self._door(server).turns

    @asynccontextmanager
    async def inside(self, server: str, *, wait_s: float = LONGEST_SHUT_S) -> AsyncIterator[None]:
        """Be inside for the length of a block. Waits while the door is shut; raises ``Busy`` after ``wait_s``."""
        await self._enter(server, wait_s)
        try:
            yield
        finally:
            with self._changed:
                self._door(server).inside -= 1
                self._changed.notify_all()

    @contextmanager
    def shut(self, server: str, *, wait_s: float, turn_s: float = LONGEST_SHUT_S) -> Iterator[int]:
        """Keep new requests out for the length of a block; gives how many are still inside after ``wait_s``.

        It blocks, so call it in a thread. Of two at once one waits for its turn; raises ``Busy`` after ``turn_s``.
        """
        with self._changed:
            door = self._door(server)
            if not self._changed.wait_for(lambda: not door.is_shut, turn_s):
                raise Busy(f"Models of {server} are still being switched.", fix="Try again when that has ended.")
            door.is_shut = True
            door.turns += 1
        try:
            with self._changed:
                self._changed.wait_for(lambda: not door.inside, wait_s)
                still_inside = door.inside
            yield still_inside
        finally:
            with self._changed:
                door.is_shut = False
                door.turns += 1
                wakers, door.wakers = door.wakers, set()
                self._changed.notify_all()
            for wake in wakers:
                wake()

    def _door(self, server: str) -> Door:
        return self._doors.setdefault(server, Door())

    async def _enter(self, server: str, wait_s: float) -> None:
        loop, ends = asyncio.get_running_loop(), time.monotonic() + wait_s
        while True:
            opened = asyncio.Event()

            def wake(opened: asyncio.Event = opened) -> None:
                try:
                    loop.call_soon_threadsafe(opened.set)
                except RuntimeError:  # the loop that waited has ended
                    return

            with self._changed:
                door = self._door(server)
                if not door.is_shut:
                    door.inside += 1
                    return
                door.wakers.add(wake)
            try:
                await asyncio.wait_for(opened.wait(), max(0.0, ends - time.monotonic()))
            except TimeoutError as error:
                raise Busy(
                    f"Models of {server} are being switched.", fix="Try again in a while.", retry_after_s=5.0
                ) from error
            finally:
                with self._changed:
                    door.wakers.discard(wake)
