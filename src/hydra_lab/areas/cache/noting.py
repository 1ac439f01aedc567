"""Noting what became of questions: written in a moment, together with others, so that nobody waits for it."""

from __future__ import annotations

import threading
from datetime import datetime

import structlog

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.store import Event
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
WRITE_S = 1.0  # how much of what was noted a crash may lose
MOST = 2000  # events that are kept
SHOWN = 4000  # letters of a question or answer that are noted


class Notes:
    """What is to be written."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._events: list[Event] = []
        self._used: dict[str, tuple[int, datetime]] = {}
        self._timer: threading.Timer | None = None

    def add(self, event: Event, *, used: str | None = None) -> None:
        """Note what became of a question, and which answer was given."""
        with self._lock:
            self._events.append(event)
            if used is not None:
                self._used[used] = (self._used.get(used, (0, event.at))[0] + 1, event.at)
            if self._timer is None:
                self._timer = threading.Timer(WRITE_S, self.write)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Write what was noted since the last time; when it returns, all of it is there."""
        with self._writing:
            with self._lock:
                events, used, self._events, self._used, self._timer = self._events[-MOST:], self._used, [], {}, None
            if not events:
                return
            try:
                with self._services.database.begin() as connection:
                    store.note(connection, events, most=MOST)
                    store.note_used(connection, used)
            except Exception as error:  # a full disk or a database that is gone; callers have their answers
                log.warning("cache.notes_unwritten", error=repr(error))


def clean(text: str) -> str:
    """A text that every database takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def shown(text: str) -> str:
    """As much of a text as is noted."""
    return clean(text[:SHOWN])
