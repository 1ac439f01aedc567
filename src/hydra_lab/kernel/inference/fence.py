"""Doors of several processes on one Postgres: a switch in one of them shuts the doors of all."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hydra_lab.kernel.errors import Busy, Unavailable
from hydra_lab.kernel.inference import store

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from hydra_lab.kernel.database import Database

log = structlog.get_logger()
TICK_S = 0.2  # how soon a process sees that another one switches
NOTICE_S = 1.0  # so long a switch waits at least, for the others to see it
LINGER_S = 30.0  # how long a process keeps a door that nobody goes through


class Local(Protocol):
    """The doors of this process."""

    def servers(self) -> dict[str, tuple[bool, int, bool]]:
        """Each door: whether it is open, how many are inside, and whether somebody waits before it."""

    def set_open(self, server: str, is_open: bool) -> None:
        """Open a door or shut it."""


class Fence(threading.Thread):
    """Holds a shared lock for each server that this process asks, and gives it back when somebody switches that one.

    While the database is away doors stay as they are: a switch needs it, too.
    """

    def __init__(self, database: Database, local: Local) -> None:
        super().__init__(name="doors-fence", daemon=True)
        self._engine: Engine = database.postgres_engine(pool_size=1, max_overflow=20).execution_options(
            isolation_level="AUTOCOMMIT"
        )
        self._local = local
        self._soon, self._ended = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._held: dict[str, float] = {}  # servers whose lock is held, and when somebody was last inside
        self._failing = False

    def look_soon(self) -> None:
        """Somebody waits before a door, or a switch has begun or ended."""
        with self._lock:
            if not self.ident and not self._ended.is_set():
                self.start()
        self._soon.set()

    def close(self) -> None:
        """Hold nothing any more."""
        self._ended.set()
        self._soon.set()
        if self.ident:
            self.join(timeout=5)
        self._engine.dispose()

    def run(self) -> None:
        """Look again and again while there is something to hold or to wait for."""
        while not self._ended.is_set():
            try:
                with self._engine.connect() as connection:
                    self._guard(connection)
            except SQLAlchemyError as error:
                if not self._failing:
                    log.warning("doors.unguarded", error=type(error).__name__)
                self._failing = True
                self._held.clear()
                self._ended.wait(1.0)

    def _guard(self, connection: Connection) -> None:
        """Look with one session, which holds the locks."""
        try:
            while not self._ended.is_set():
                self.look(connection)
                self._failing = False
                waits = any(waiting for _, _, waiting in self._local.servers().values())
                self._soon.wait(TICK_S if self._held or waits else None)
                self._soon.clear()
        finally:
            with contextlib.suppress(SQLAlchemyError):
                store.give_back_all(connection)
            connection.invalidate()

    def look(self, connection: Connection) -> None:
        """Shut what somebody switches, open what somebody waits for, give back what nobody uses."""
        switched, now = store.being_switched(connection), time.monotonic()
        for server, (is_open, inside, waiting) in self._local.servers().items():
            if store.number(server) in switched:
                self._local.set_open(server, False)
                if not inside:
                    self._give_back(connection, server)
            elif server in self._held:
                if inside or waiting:
                    self._held[server] = now
                is_old = now - self._held[server] > LINGER_S
                if is_open is is_old:
                    self._local.set_open(server, not is_old)
                if is_old and not self._local.servers()[server][1]:  # nobody came in just now
                    self._give_back(connection, server)
            elif waiting or is_open:
                is_taken = store.take_shared(connection, store.ASKS, server)
                if is_taken:
                    self._held[server] = now
                self._local.set_open(server, is_taken)

    def _give_back(self, connection: Connection, server: str) -> None:
        if self._held.pop(server, None) is not None:
            store.give_back_shared(connection, store.ASKS, server)

    @contextmanager
    def alone(self, server: str, *, wait_s: float, turn_s: float) -> Iterator[bool]:
        """Be the one who switches a server; gives whether every process had left it after ``wait_s``.

        Raises ``Busy`` when another switch takes longer than ``turn_s``, ``Unavailable`` without the database.
        """
        with contextlib.ExitStack() as stack:
            try:
                connection = stack.enter_context(self._engine.connect())
                stack.callback(self.look_soon)
                stack.callback(self._end, connection)
                if not within(turn_s, lambda: store.take_alone(connection, store.SWITCHES, server)):
                    raise Busy(f"Models of {server} are still being switched.", fix="Try again when that has ended.")
                self.look_soon()
                is_alone = within(max(wait_s, NOTICE_S), lambda: store.take_alone(connection, store.ASKS, server))
            except SQLAlchemyError as error:
                raise Unavailable("The database did not answer.", fix="It is tried again.") from error
            yield is_alone

    def _end(self, connection: Connection) -> None:
        """Give back every lock, whatever became of the session."""
        with contextlib.suppress(SQLAlchemyError):
            store.give_back_all(connection)
        connection.invalidate()


def within(seconds: float, so: Callable[[], bool]) -> bool:
    """Whether something comes to be so in time."""
    ends = time.monotonic() + seconds
    while not so():
        if time.monotonic() >= ends:
            return False
        time.sleep(TICK_S / 2)
    return True
