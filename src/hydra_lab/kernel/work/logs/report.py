"""Collecting what running work says, and writing it a few times a second instead of at every word."""

import hashlib
import os
import threading
from collections import deque
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.logs import store
from hydra_lab.kernel.work.model import State

log = structlog.get_logger()

EVERY_S = 0.25
LINE_LIMIT = 4_000  # characters; a longer line is cut and says so


class Reporter:
    """One per process. ``flush`` writes everything collected; ``take`` hands over one item's for its finish."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._lines: deque[dict[str, Any]] = deque()
        self._progress: dict[tuple[str, int], dict[str, Any]] = {}
        self._wake = threading.Event()
        self._stop = False
        self._thread = threading.Thread(target=self._loop, name="hydra-reporter", daemon=True)

    def start(self) -> None:
        """Begin writing in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left and end."""
        self._stop = True
        self._wake.set()
        if self._thread.ident:
            self._thread.join(timeout=10)
        self.flush()

    def _loop(self) -> None:
        pause = threading.Event()
        while not self._stop:
            self._wake.wait()
            self._wake.clear()
            try:
                self.flush()
            except Exception:
                log.exception("reports.lost")
            pause.wait(EVERY_S)

    def line(self, item: str, attempt: int, text: str, level: str = "info") -> None:
        """Collect a log line."""
        text = self._services.journal.scrub(text.replace("\x00", "\N{REPLACEMENT CHARACTER}"))
        if len(text) > LINE_LIMIT:
            text = f"{text[:LINE_LIMIT]} … ({len(text) - LINE_LIMIT} more characters)"
        row = {"item": item, "attempt": attempt, "at": self._services.clock.now(), "level": level, "text": text}
        with self._lock:
            self._lines.append(row)
        self._wake.set()

    def step(self, item: str, attempt: int, name: str) -> None:
        """Note which step begins."""
        self.line(item, attempt, f"{name}: start")
        with self._lock:
            known = self._progress.get((item, attempt))
            if known is None:
                self._progress[item, attempt] = {"fraction": None, "message": name}

    def progress(self, item: str, attempt: int, fraction: float | None, message: str) -> None:
        """Collect progress; only the newest is written."""
        bounded = None if fraction is None else min(1.0, max(0.0, fraction))
        with self._lock:
            self._progress[item, attempt] = {"fraction": bounded, "message": self._services.journal.scrub(message)}
        self._wake.set()

    def flush(self) -> None:
        """Write what was collected in one transaction."""
        with self._lock:
            lines, self._lines = list(self._lines), deque()
            progress, self._progress = self._progress, {}
        if not lines and not progress:
            return
        with self._services.database.begin() as connection:
            self._write(connection, lines, progress)

    def take(self, connection: Connection, item: str) -> None:
        """Write what one item has said so far, in the transaction that finishes it."""
        with self._lock:
            lines = [line for line in self._lines if line["item"] == item]
            if lines:
                self._lines = deque(line for line in self._lines if line["item"] != item)
            for key in [key for key in self._progress if key[0] == item]:
                del self._progress[key]
        self._write(connection, lines, {})

    def _write(
        self, connection: Connection, lines: list[dict[str, Any]], progress: dict[tuple[str, int], dict[str, Any]]
    ) -> None:
        known = changes.known(connection, {line["item"] for line in lines})
        store.add_lines(connection, [line for line in lines if line["item"] in known])
        for (item, attempt), said in progress.items():
            changes.change(connection, item, {"progress": said}, from_=(State.RUNNING,), attempt=attempt)

    def artifact(
        self, item: str, name: str, content: bytes | Path, media_type: str, connection: Connection | None = None
    ) -> None:
        """Keep a file of an item: in the data directory, or on Postgres in the database.

        With a ``connection`` its facts are written in that transaction.
        """
        if not name or name != Path(name).name or name.startswith("."):
            raise Invalid(
                f"“{name}” is no file name for an artifact.",
                fix="Give a plain name, without a folder or a leading dot.",
            )
        body = content.read_bytes() if isinstance(content, Path) else content
        values: dict[str, Any] = {
            "name": name, "media_type": media_type, "size": len(body), "sha256": hashlib.sha256(body).hexdigest(),
            "made_at": self._services.clock.now(), "content": None,
        }  # fmt: skip
        if self._services.database.is_sqlite:
            keep_file(folder_of(self._services, item) / name, body)
        else:
            values["content"] = body
        if connection is not None:
            store.put_file(connection, item, values)
            return
        with self._services.database.begin() as own:
            store.put_file(own, item, values)


def folder_of(services: Services, item: str) -> Path:
    """Where an item's files lie."""
    return services.settings.current.data_dir / "artifacts" / item


def keep_file(path: Path, body: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_file(services: Services, item: str, name: str) -> tuple[store.Stored, Path | None] | None:
    """A kept file's facts and, where it lies on disk, its path."""
    with services.database.read() as connection:
        stored = store.file(connection, item, name)
    if stored is None:
        return None
    return stored, (folder_of(services, item) / name if stored.content is None else None)
