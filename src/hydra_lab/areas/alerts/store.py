"""Alerts in the database: the area's only SQL."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.alerts.model import Told
from hydra_lab.areas.alerts.tables import source, told

ROW = 1


def take_turn(connection: Connection) -> None:
    """Have others that tell of alerts wait for this transaction: no change is to be told twice."""
    if not connection.execute(update(source).where(source.c.id == ROW).values(turns=source.c.turns + 1)).rowcount:
        connection.execute(insert(source).values(id=ROW, turns=1, received=0))


def of_source(connection: Connection) -> Any:
    """The source's row, ``None`` before anything came from it."""
    return connection.execute(select(source).where(source.c.id == ROW)).first()


def note_source(connection: Connection, **values: Any) -> None:
    """Keep something about the source; its turn was taken."""
    connection.execute(update(source).where(source.c.id == ROW).values(**values))


def note_received(connection: Connection, at: datetime) -> None:
    """Remember that the webhook was called."""
    note_source(connection, received_at=at, received=source.c.received + 1)


def known(connection: Connection) -> dict[str, Told]:
    """What was told of, by fingerprint."""
    return {row.fingerprint: Told(**row._mapping) for row in connection.execute(select(told))}


def keep(connection: Connection, changed: Collection[Told]) -> None:
    """Keep what was told just now."""
    for one in changed:
        connection.execute(delete(told).where(told.c.fingerprint == one.fingerprint))
        connection.execute(insert(told).values(**asdict(one)))


def forget(connection: Connection, before: datetime) -> None:
    """Forget alerts that have been over since before a time."""
    connection.execute(delete(told).where(told.c.firing.is_(False), told.c.changed_at < before))
