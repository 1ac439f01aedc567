"""Log lines and files of work items: their only SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from hydra_lab.kernel.work.tables import artifacts, logs


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line an item said. ``level`` is ``info``, ``warn`` or ``error``."""

    id: int
    attempt: int
    at: datetime
    level: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A kept file; ``content`` only where the database holds it."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: bytes | None


def add_lines(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Append log lines."""
    if rows:
        connection.execute(insert(logs), list(rows))


def lines(connection: Connection, item: str, *, after: int = 0, limit: int = 500) -> list[Line]:
    """An item's lines after one, oldest first."""
    query = select(logs.c.id, logs.c.attempt, logs.c.at, logs.c.level, logs.c.text)
    rows = connection.execute(query.where(logs.c.item == item, logs.c.id > after).order_by(logs.c.id).limit(limit))
    return [Line(**row._mapping) for row in rows]


def last_lines(connection: Connection, item: str, limit: int) -> list[Line]:
    """An item's newest lines, oldest of them first."""
    query = select(logs.c.id, logs.c.attempt, logs.c.at, logs.c.level, logs.c.text)
    rows = connection.execute(query.where(logs.c.item == item).order_by(logs.c.id.desc()).limit(limit))
    return [Line(**row._mapping) for row in rows][::-1]


def prune_lines(connection: Connection, before: datetime) -> int:
    """Forget lines older than the logs' retention."""
    return connection.execute(delete(logs).where(logs.c.at < before)).rowcount


def put_file(connection: Connection, item: str, values: dict[str, Any]) -> None:
    """Keep a file's facts (and content, where the database holds it), in place of one of the same name."""
    connection.execute(delete(artifacts).where(artifacts.c.item == item, artifacts.c.name == values["name"]))
    connection.execute(insert(artifacts).values(item=item, **values))


def file(connection: Connection, item: str, name: str) -> Stored | None:
    """One file, ``None`` if there is none of that name."""
    c = artifacts.c
    row = connection.execute(
        select(c.name, c.media_type, c.size, c.sha256, c.content).where(c.item == item, c.name == name)
    ).first()
    return Stored(**row._mapping) if row else None
