"""Connections: many readers, one writer at a time on SQLite, and what to do once a change is committed."""

import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError

from hydra_lab.kernel.errors import NotReady

BUSY_TIMEOUT_MS = 15_000
IDLE_TIMEOUT_MS = 4_000
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")


class Database:
    """Hydra's one database.

    ``begin()`` opens a write transaction, ``read()`` a reading one. After a commit the callbacks that were left with
    ``after_commit`` on its connection run in the same thread. On SQLite writers queue here, in Python, and not in
    SQLite's busy handler; a write inside a write is a bug and raises at once instead of waiting for itself.
    """

    def __init__(self, url: str, *, synchronous: str = "FULL", pool_size: int = 5) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.name = f"hydra-{uuid.uuid4().hex[:16]}"
        self._writing = threading.local()
        self._writer = threading.RLock()
        self._watching = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        if self.is_sqlite:
            self._write = sqlite_engine(url, synchronous, pool_size=1, immediate=True)
            self._read = sqlite_engine(url, synchronous, pool_size=pool_size, immediate=False)
        else:
            self._write = self._read = self.postgres_engine(pool_size=pool_size, max_overflow=pool_size * 3)

    @cached_property
    def path(self) -> Path | None:
        """The SQLite file, ``None`` on Postgres."""
        database = make_url(self.url).database
        return Path(database) if self.is_sqlite and database else None

    @property
    def is_writing(self) -> bool:
        """Whether the calling thread is in the middle of a write transaction."""
        return getattr(self._writing, "now", False)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction. Raises ``NotReady`` when the database cannot take writes (disk full, gone)."""
        if self.is_writing:
            raise RuntimeError("a write transaction was opened inside another")
        self._writing.now = True
        try:
            with self._turn(), writable(), self._write.connect() as connection:
                after: list[Callable[[], None]] = []
                connection.info["after_commit"] = after
                with connection.begin():
                    yield connection
        finally:
            self._writing.now = False
        for callback in dict.fromkeys(after):
            callback()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._writer:
            yield

    def share_turns(self, engine: Engine) -> None:
        """Have another engine on the same SQLite file queue its writers here too: SQLite makes them sleep and retry.

        A turn begins with the first statement that writes and ends when the connection goes back to its pool.
        """

        @event.listens_for(engine, "before_cursor_execute")
        def take(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
            if not connection.info.get("turn") and statement.lstrip()[:6].upper() in WRITES:
                self._writer.acquire()
                connection.info["turn"] = True

        @event.listens_for(engine, "checkin")
        def give_back(_connection: Any, record: Any) -> None:
            if record.info.pop("turn", False):
                self._writer.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; what it changes is rolled back."""
        with self._read.connect() as connection:
            yield connection

    def postgres_engine(self, *, pool_size: int, max_overflow: int) -> Engine:
        """An engine whose sessions carry this process's name, so that other nodes can end them if it is frozen.

        They also give up by themselves a transaction in which nothing happens. Raises ``NotReady`` on connecting to a
        database that does not keep UTF-8, which the driver would give back as bytes.
        """
        engine = create_engine(
            postgres_url(self.url), pool_size=pool_size, max_overflow=max_overflow, pool_pre_ping=True
        )

        @event.listens_for(engine, "connect", insert=True)
        def understand(connection: Any, _record: Any) -> None:
            encoding = connection.info.parameter_status("server_encoding")
            if encoding != "UTF8":
                raise NotReady(
                    f"The database keeps its texts as {encoding}, which cannot hold every language.",
                    fix="Make it anew: createdb --encoding UTF8 --template template0 --owner hydra hydra",
                )

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            for setting in (
                f"application_name = '{self.name}'",
                f"idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}",
            ):
                connection.execute(f"SET {setting}").close()
            connection.commit()

        return engine

    def version(self) -> int | None:
        """A number that is another one after each commit, this process's or another's; it takes some microseconds.

        ``None`` where that cannot be told so quickly: on Postgres.
        """
        if self.path is None:
            return None
        try:
            with self._watching:
                if self._watch is None:
                    self._watch = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
                found: int = self._watch.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error:
            return None
        return found

    def healthy(self) -> bool:
        """Whether the database answers."""
        try:
            with self.read() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError:
            return False
        return True

    def close(self) -> None:
        """Close every connection."""
        self._write.dispose()
        self._read.dispose()
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None


def after_commit(connection: Connection, callback: Callable[[], None]) -> None:
    """Have ``callback`` run once after this transaction commits; never when it rolls back."""
    connection.info["after_commit"].append(callback)


@contextmanager
def writable() -> Iterator[None]:
    """Say in words what SQLite says when the disk is full or the file cannot be written."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if "disk is full" in reason or "readonly" in reason or "disk I/O" in reason:
            raise NotReady(
                f"The database cannot be written: {reason}.", fix="Free disk space, then try again."
            ) from error
        raise


def postgres_url(url: str) -> str:
    """The URL with the driver Hydra uses (psycopg 3)."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def sqlite_engine(url: str, synchronous: str, *, pool_size: int, immediate: bool) -> Engine:
    """An engine for one SQLite file: WAL, foreign keys on, explicit transactions."""
    engine = create_engine(
        url, pool_size=pool_size, max_overflow=0 if immediate else 20, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # no implicit BEGIN: ours says which kind
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
