"""The journal as it grows: one reader for the whole process, and as many followers as there are."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from hydra_lab.kernel.database import Database
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import store
from hydra_lab.kernel.journal.model import Event
from hydra_lab.kernel.journal.write import Journal
from hydra_lab.kernel.operation import Frame

POLL_S = 0.25  # between nodes on Postgres, where a commit elsewhere wakes nobody here
BATCH = 500
KEPT = 1000  # frames a follower may be behind before it is dropped


class Dropped(Exception):
    """A follower was too slow; it may follow again from the last id it has."""


class Follower:
    """One subscription, used on the event loop that opened it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, topics: frozenset[str]) -> None:
        self.loop = loop
        self.topics = topics
        self.dropped = False
        self._waiting: deque[tuple[int | None, Frame]] = deque()
        self._news = asyncio.Event()

    def put(self, entries: Iterable[tuple[int | None, str, Frame]]) -> None:
        """Take up new entries of the topics followed; on the event loop."""
        fit = [(id, frame) for id, topic, frame in entries if not self.topics or topic in self.topics]
        if len(self._waiting) + len(fit) > KEPT:
            self.dropped = True
            self._waiting.clear()
        elif not self.dropped:
            self._waiting.extend(fit)
        if fit:
            self._news.set()

    async def next(self) -> tuple[int | None, Frame]:
        """The next entry; one without an id is no part of the journal. Raises ``Dropped``."""
        while not self._waiting:
            if self.dropped:
                raise Dropped
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


class Feed:
    """Reads new entries once and hands each, encoded once, to every follower."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._followers: dict[Follower, None] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._end = threading.Event()
        self._last: int | None = None
        self._thread: threading.Thread | None = None
        self.dropped = 0

    @property
    def followers(self) -> int:
        """How many follow now."""
        return len(self._followers)

    @property
    def last(self) -> int | None:
        """The id of the newest entry handed to the followers; ``None`` while nobody has followed yet."""
        return self._last

    def start(self) -> None:
        """Begin to read."""
        self._unlisten = self._journal.listen(self._noted)
        self._thread = threading.Thread(target=self._read, name="hydra-feed", daemon=True)
        self._thread.start()

    def _noted(self) -> None:
        if not self._wake.is_set():  # setting takes a lock, asking does not
            self._wake.set()

    def stop(self) -> None:
        """Stop reading; followers stay silent from then on."""
        self._end.set()
        self._wake.set()
        if self._thread:
            self._unlisten()
            self._thread.join(5)

    async def follow(self, topics: Iterable[str] = (), after: int | None = None) -> AsyncIterator[Frame]:
        """Entries as they come, of some topics or of all; with ``after`` first those that came since that id.

        Ends when the follower is too slow: a last frame ``dropped`` says so, and counts.
        """
        follower = Follower(asyncio.get_running_loop(), frozenset(topics))
        try:
            seen = await asyncio.to_thread(self._join, follower)
            if after is not None:
                async for past, frame in self._replay(follower.topics, min(after, seen)):
                    seen = max(seen, past)
                    yield frame
            while True:
                id, frame = await follower.next()
                if id is None or id > seen:
                    yield frame
        except Dropped:
            self.dropped += 1
            yield Frame(event="dropped", data={"detail": "This client was too slow; it may go on from its last id."})
        finally:
            with self._lock:
                self._followers.pop(follower, None)

    def tell(self, name: str, *, subject: str, data: dict[str, Any], at: datetime) -> None:
        """Hand something to the followers of this process that is no part of the journal, such as a measurement.

        It has no id, and nobody gets it later.
        """
        with self._lock:
            followers = list(self._followers)
        if followers:
            told = {"id": None, "at": at.isoformat(), "name": name, "subject": subject, "data": data}
            hand_over(followers, [(None, name.partition(".")[0], Frame(event=name, data=told))])

    async def _replay(self, topics: frozenset[str], after: int) -> AsyncIterator[tuple[int, Frame]]:
        """Entries since an id, up to the newest there is when they have been read."""
        while batch := await asyncio.to_thread(self._after, after):
            for event in batch:
                after = event.id
                if not topics or event.topic in topics:
                    yield event.id, frame_of(event)
            if len(batch) < BATCH:
                return

    def _join(self, follower: Follower) -> int:
        """Add a follower; it gets every entry after the id returned, which was the newest one then."""
        with self._lock, self._database.read() as connection:
            newest = store.newest_id(connection)
            if self._last is None:
                self._last = newest
            self._followers[follower] = None
            return newest

    def _after(self, last: int) -> list[Event]:
        with self._database.read() as connection:
            return store.after(connection, last, BATCH)

    def _read(self) -> None:
        timeout = None if self._database.is_sqlite else POLL_S
        while not self._end.is_set():
            self._wake.wait(timeout)
            self._wake.clear()
            try:
                while not self._end.is_set() and self._pass_on():
                    pass
            except (HydraError, SQLAlchemyError):  # the database is gone for a moment; what is new stays new
                self._end.wait(1.0)
                self._wake.set()

    def _pass_on(self) -> bool:
        """Hand over one batch; whether there may be more."""
        with self._lock:
            if not self._followers:
                self._last = None
            last = self._last
        batch = self._after(last) if last is not None else []
        if not batch:
            return False
        with self._lock:
            # Whoever joined since the batch was read has begun behind it.
            self._last, followers = batch[-1].id, list(self._followers)
        hand_over(followers, [(event.id, event.topic, frame_of(event)) for event in batch])
        return len(batch) == BATCH


def hand_over(followers: list[Follower], entries: list[tuple[int | None, str, Frame]]) -> None:
    """Have entries delivered on each follower's own loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Follower]] = {}
    for one in followers:
        by_loop.setdefault(one.loop, []).append(one)
    for loop, theirs in by_loop.items():
        with suppress(RuntimeError):  # a loop that has ended has no followers any more
            loop.call_soon_threadsafe(deliver, theirs, entries)


def deliver(followers: list[Follower], entries: list[tuple[int | None, str, Frame]]) -> None:
    """Hand entries to every follower of a loop, in one go."""
    for follower in followers:
        follower.put(entries)


def frame_of(event: Event) -> Frame:
    """An entry as a frame; its id lets a client go on where it was."""
    data: dict[str, Any] = {
        "id": event.id, "at": event.at.isoformat(), "name": event.name, "actor": event.actor,
        "actor_name": event.actor_name, "subject": event.subject, "cause": event.cause, "item": event.item,
        "data": event.data,
    }  # fmt: skip
    return Frame(event=event.name, id=str(event.id), data=data)
