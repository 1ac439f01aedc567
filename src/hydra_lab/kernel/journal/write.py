"""Writing to the journal: in the transaction of the change it tells of, and waking listeners after the commit."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.journal import store
from hydra_lab.kernel.policy.model import Actor


class Journal:
    """Appends entries. ``listen`` registers a callback that runs after a commit that wrote any."""

    def __init__(self, clock: Clock, scrub: Callable[[Any], Any] = lambda data: data) -> None:
        self._clock = clock
        self.scrub = scrub
        self._listeners: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def write(
        self,
        connection: Connection,
        name: str,
        *,
        actor: Actor,
        subject: str | None = None,
        item: str | None = None,
        cause: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> int:
        """Append one entry; returns its id. Known secrets in ``data`` are masked."""
        row = self.row(name, actor=actor, subject=subject, item=item, cause=cause, data=data)
        return self.write_many(connection, [row])[0]

    def row(
        self,
        name: str,
        *,
        actor: Actor,
        subject: str | None = None,
        item: str | None = None,
        cause: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """An entry for ``write_many``."""
        return {
            "at": self._clock.now(),
            "name": name,
            "actor": actor.kind.value,
            "actor_name": actor.name,
            # A name from outside may have a NUL, which Postgres stores in no text.
            "subject": subject and subject.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            "item": item,
            "cause": cause,
            "data": self.scrub(data or {}),
        }

    def write_many(self, connection: Connection, rows: list[dict[str, Any]]) -> list[int]:
        """Append several entries in one statement; returns their ids."""
        if not rows:
            return []
        after_commit(connection, self.wake)
        return store.append(connection, rows)

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback()`` run after each commit that wrote entries; returns a function that stops it."""
        with self._lock:
            self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def wake(self) -> None:
        """Run the listeners; they only note that there is news, for this runs after every commit."""
        for callback in list(self._listeners):
            callback()
