"""Schema changes: each room's list of migrations, applied once, in order, each in a transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, inspect, select

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.database.columns import UtcTime
from hydra_lab.kernel.database.connect import Database
from hydra_lab.kernel.errors import NotReady
from hydra_lab.kernel.process.standing_in import Unused, standing_in

Migration = Callable[[Any], None]  # takes Alembic's Operations; Alembic is imported only when something is applied

versions = Table(
    "schema_versions",
    MetaData(),
    Column("room", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("applied_at", UtcTime, nullable=False),
)


def pending(database: Database, rooms: Mapping[str, Sequence[Migration]]) -> dict[str, int]:
    """``{room: version it is at}`` for each room behind its list.

    Raises ``NotReady`` when the database was written by a newer Hydra.
    """
    with database.read() as connection:
        at = versions_in(connection)
    newer = sorted(room for room, version in at.items() if version > len(rooms.get(room, ())) and room in rooms)
    if newer:
        raise NotReady(
            f"This database was written by a newer Hydra (schema of {', '.join(newer)}).",
            fix="Install that version again, or restore a backup made before the upgrade: `hydra restore`.",
        )
    return {room: at.get(room, 0) for room, steps in rooms.items() if at.get(room, 0) < len(steps)}


def versions_in(connection: Connection) -> dict[str, int]:
    """The version each room is at; empty for a database without schema."""
    if not inspect(connection).has_table("schema_versions"):
        return {}
    rows = connection.execute(select(versions.c.room, func.max(versions.c.version)).group_by(versions.c.room))
    return {row[0]: row[1] for row in rows}


def migrate(database: Database, rooms: Mapping[str, Sequence[Migration]], clock: Clock) -> int:
    """Apply what is pending, each step with its version row in one transaction; returns how many were applied.

    Several processes may start at once: on Postgres they take turns by an advisory lock.
    """
    with database.begin() as connection:
        lock(connection)
        versions.create(connection, checkfirst=True)
    applied = 0
    for room in pending(database, rooms):
        for number in range(1, len(rooms[room]) + 1):
            with database.begin() as connection:
                lock(connection)
                if versions_in(connection).get(room, 0) >= number:
                    continue
                rooms[room][number - 1](operations_on(connection))
                connection.execute(insert(versions).values(room=room, version=number, applied_at=clock.now()))
                applied += 1
    return applied


def operations_on(connection: Connection) -> Any:
    """Alembic's operations on a connection; the templates it makes files from are not loaded."""
    with standing_in(Unused("mako"), Unused("mako.pygen"), Unused("mako.template")):
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

    return Operations(MigrationContext.configure(connection))


def lock(connection: Connection) -> None:
    """On Postgres hold a lock until this transaction ends, so that two starting processes do not both migrate."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4824651)")
