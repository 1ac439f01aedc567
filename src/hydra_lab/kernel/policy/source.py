"""Where policy.yaml is kept: a file in the data directory, or on Postgres a table that all nodes see."""

import os
from collections.abc import Hashable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.policy import store


class Source(Protocol):
    """A place that holds the document. ``stamp`` is cheap and changes when the text does."""

    def stamp(self) -> Hashable: ...
    def read(self) -> str: ...
    def write(self, connection: Connection, text: str, by: str) -> None: ...


class FileSource:
    """policy.yaml in the data directory. An absent file reads as empty."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> Hashable:
        """When the file was changed last, and its size; ``None`` when it is not there."""
        try:
            seen = self.path.stat()
        except FileNotFoundError:
            return None
        return (seen.st_mtime_ns, seen.st_size, seen.st_ino)

    def read(self) -> str:
        """The file's text."""
        try:
            return self.path.read_text()
        except FileNotFoundError:
            return ""

    def write(self, connection: Connection, text: str, by: str) -> None:
        """Put the text in the file's place, whole or not at all."""
        beside = self.path.with_suffix(".yaml.new")
        with beside.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)


class TableSource:
    """The newest document in the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def stamp(self) -> Hashable:
        """The number of the document in force."""
        with self._database.read() as connection:
            return store.newest_document(connection)

    def read(self) -> str:
        """The text of the document in force."""
        with self._database.read() as connection:
            number = store.newest_document(connection)
            return store.document(connection, number) if number else ""

    def write(self, connection: Connection, text: str, by: str) -> None:
        """Put a document in force."""
        store.add_document(connection, text, by, self._clock.now())
