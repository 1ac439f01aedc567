"""Boots and the leader's lease: the nodes' only SQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, column, delete, func, insert, or_, select, table, update
from sqlalchemy.dialects import postgresql, sqlite

from hydra_lab.kernel.work.tables import boots, leases


@dataclass(frozen=True, kw_only=True)
class Boot:
    """One start of a process that runs work; ``beat_at`` is when it was last known to live."""

    id: str
    node: str
    lanes: list[str]
    pid: int
    sessions: str
    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None


def time(connection: Connection) -> datetime | None:
    """The time by the database's clock, which all nodes share; ``None`` on SQLite, which has none of its own."""
    if connection.dialect.name == "sqlite":
        return None
    at: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return at


def is_living(connection: Connection, id: str) -> bool:
    """Whether a boot still belongs: nobody has declared it dead."""
    query = select(boots.c.id).where(boots.c.id == id, boots.c.ended_at.is_(None))
    return connection.execute(query).first() is not None


def begin(connection: Connection, boot: Boot) -> None:
    """Note that a process has started."""
    connection.execute(insert(boots).values(**vars(boot)))


def beat(connection: Connection, id: str, now: datetime) -> bool:
    """Note that a process lives; ``False`` when others have declared it dead meanwhile."""
    change = update(boots).where(boots.c.id == id, boots.c.ended_at.is_(None)).values(beat_at=now)
    return connection.execute(change).rowcount == 1


def end(connection: Connection, id: str, now: datetime) -> bool:
    """Note that a process has ended, or is given up; ``False`` if that was known."""
    change = update(boots).where(boots.c.id == id, boots.c.ended_at.is_(None)).values(ended_at=now)
    return connection.execute(change).rowcount == 1


def end_sessions(connection: Connection, name: str) -> None:
    """End the database sessions of a process that is given up, with all they have open and locked (Postgres).

    A frozen process would otherwise keep its locks from everyone for as long as it is frozen.
    """
    if connection.dialect.name == "postgresql":
        sessions = select(func.pg_terminate_backend(column("pid"))).select_from(table("pg_stat_activity"))
        connection.execute(sessions.where(column("application_name") == name))


def silent(connection: Connection, since: datetime, but: str) -> list[Boot]:
    """Processes not known to have ended that have not beaten since a time."""
    query = select(boots).where(boots.c.ended_at.is_(None), boots.c.beat_at < since, boots.c.id != but)
    return [Boot(**row._mapping) for row in connection.execute(query)]


def living(connection: Connection) -> list[Boot]:
    """Processes that have not ended, oldest first."""
    query = select(boots).where(boots.c.ended_at.is_(None)).order_by(boots.c.started_at)
    return [Boot(**row._mapping) for row in connection.execute(query)]


def lives(connection: Connection, since: datetime) -> list[tuple[datetime, datetime | None]]:
    """From when to when a process ran, those that ended after a time; one that runs has no end."""
    late = or_(boots.c.ended_at.is_(None), boots.c.beat_at >= since)
    query = select(boots.c.started_at, boots.c.beat_at, boots.c.ended_at).where(late)
    rows = connection.execute(query.order_by(boots.c.started_at))
    return [(row.started_at, row.beat_at if row.ended_at else None) for row in rows]


def serves(connection: Connection, lane: str) -> bool:
    """Whether a process that has not ended runs the work of a lane; on SQLite the one process runs every lane."""
    return connection.dialect.name == "sqlite" or any(lane in boot.lanes for boot in living(connection))


def forget_ended(connection: Connection, before: datetime) -> None:
    """Drop the rows of processes that ended long ago."""
    connection.execute(delete(boots).where(boots.c.ended_at < before))


def lead(connection: Connection, name: str, boot: str, now: datetime, lasting: timedelta) -> bool:
    """Take or keep a lease; ``False`` while another boot holds it."""
    mine = or_(leases.c.boot == boot, leases.c.until < now)
    taken = connection.execute(
        update(leases).where(leases.c.name == name, mine).values(boot=boot, until=now + lasting)
    ).rowcount
    if taken:
        return True
    if connection.execute(select(leases.c.name).where(leases.c.name == name)).first():
        return False
    taken = connection.execute(
        lease_insert(connection).values(name=name, boot=boot, until=now + lasting).on_conflict_do_nothing()
    ).rowcount
    return taken == 1


def lease_insert(connection: Connection) -> Any:
    """An insert that may meet another node's: both databases can do nothing then, each in its own dialect."""
    return postgresql.insert(leases) if connection.dialect.name == "postgresql" else sqlite.insert(leases)


def drop_lease(connection: Connection, boot: str) -> None:
    """Give up what a boot holds, so that the next one need not wait."""
    connection.execute(delete(leases).where(leases.c.boot == boot))
