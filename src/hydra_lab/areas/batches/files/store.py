"""Uploaded files in the database, in parts, so that none is ever in memory as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.batches.tables import files, parts


@dataclass(frozen=True, kw_only=True)
class File:
    """An uploaded file. ``owner`` is who uploaded it; it is ``complete`` once all of it came."""

    id: str
    filename: str
    purpose: str
    size: int
    owner: str
    made_at: datetime
    expires_at: datetime | None = None
    complete: bool = False


def begin(connection: Connection, file: File) -> None:
    """Keep a file whose parts come next."""
    connection.execute(insert(files).values(**vars(file)))


def add_part(connection: Connection, id: str, number: int, content: bytes) -> None:
    """Keep the next part."""
    connection.execute(insert(parts).values(file=id, number=number, content=content))


def complete(connection: Connection, id: str, size: int) -> None:
    """All of it came."""
    connection.execute(update(files).where(files.c.id == id).values(complete=True, size=size))


def file(connection: Connection, id: str) -> File | None:
    """A file that came whole, ``None`` if there is none."""
    row = connection.execute(select(files).where(files.c.id == id, files.c.complete)).first()
    return File(**row._mapping) if row else None


def part(connection: Connection, id: str, number: int) -> bytes | None:
    """One part of a file, ``None`` behind the last."""
    found = connection.execute(select(parts.c.content).where(parts.c.file == id, parts.c.number == number)).scalar()
    return None if found is None else bytes(found)


def newest(
    connection: Connection, *, owner: str | None = None, purpose: str | None = None, beyond: str | None = None,
    oldest_first: bool = False, limit: int = 100,
) -> list[File]:  # fmt: skip
    """Files that came whole, by their ids, which are in the order of their making; those behind ``beyond``."""
    c = files.c
    query = select(files).where(c.complete).order_by(c.id if oldest_first else c.id.desc()).limit(limit)
    query = query.where(c.owner == owner) if owner else query
    query = query.where(c.purpose == purpose) if purpose else query
    if beyond:
        query = query.where(c.id > beyond if oldest_first else c.id < beyond)
    return [File(**row._mapping) for row in connection.execute(query)]


def forget(connection: Connection, ids: Sequence[str]) -> int:
    """Delete files; how many there were."""
    connection.execute(delete(parts).where(parts.c.file.in_(list(ids))))
    return connection.execute(delete(files).where(files.c.id.in_(list(ids)))).rowcount


def past(connection: Connection, now: datetime, unfinished_since: datetime) -> list[str]:
    """Files whose time has passed, and those whose upload was cut off."""
    c = files.c
    over = (c.expires_at <= now) | (~c.complete & (c.made_at < unfinished_since))
    return list(connection.execute(select(c.id).where(over)).scalars())
