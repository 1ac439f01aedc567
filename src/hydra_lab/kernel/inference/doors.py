"""Doors of model servers: requests go in and out; a switch of models shuts a door and waits until it is alone."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from hydra_lab.kernel.database import Database
from hydra_lab.kernel.errors import Busy
from hydra_lab.kernel.inference.fence import Fence

LONGEST_SHUT_S = 1800.0  # a load that takes longer has gone wrong; whoever waits is told so


class Door:
    """One server's door. Everything in it is read and written under the lock of ``Doors``."""

    def __init__(self, *, is_shut: bool = False) -> None:
        self.inside = 0
        self.is_shut = is_shut
        self.turns = 0
        self.wakers: set[Callable[[], None]] = set()


class Doors:
    """One door for each server, by its id, for the requests and switches of this process.

    Requests run on any event loop, switches in any thread. With a database that other processes share, a switch in any
    of them shuts the doors of all; then the fence alone opens and shuts them.
    """

    def __init__(self, database: Database | None = None) -> None:
        self._doors: dict[str, Door] = {}
        self._changed = threading.Condition()
        self._fence = None if database is None or database.is_sqlite else Fence(database, self)

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
        Where requests of another process are still inside, they count as one.
        """
        if self._fence:
            with self._fence.alone(server, wait_s=wait_s, turn_s=turn_s) as is_alone:
                yield 0 if is_alone else max(1, self.count(server))
            return
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
            self.set_open(server, True)

    def servers(self) -> dict[str, tuple[bool, int, bool]]:
        """Each door: whether it is open, how many are inside, and whether somebody waits before it."""
        with self._changed:
            return {name: (not one.is_shut, one.inside, bool(one.wakers)) for name, one in self._doors.items()}

    def set_open(self, server: str, is_open: bool) -> None:
        """Open a door, for who waits before it, or shut it; one that is so already stays."""
        with self._changed:
            door = self._door(server)
            if door.is_shut != is_open:
                return
            door.is_shut = not is_open
            door.turns += 1
            wakers, door.wakers = (door.wakers, set()) if is_open else (set(), door.wakers)
            self._changed.notify_all()
        for wake in wakers:
            wake()

    def close(self) -> None:
        """Keep nothing from other processes any more."""
        if self._fence:
            self._fence.close()

    def _door(self, server: str) -> Door:
        return self._doors.setdefault(server, Door(is_shut=self._fence is not None))

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
            if self._fence:
                self._fence.look_soon()
            try:
                await asyncio.wait_for(opened.wait(), max(0.0, ends - time.monotonic()))
            except TimeoutError as error:
                raise Busy(
                    f"Models of {server} are being switched.", fix="Try again in a while.", retry_after_s=5.0
                ) from error
            finally:
                with self._changed:
                    door.wakers.discard(wake)
