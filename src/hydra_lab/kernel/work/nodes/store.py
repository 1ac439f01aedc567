"""Boots and the leader's lease: the nodes' only SQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from hydra_lab.kernel.work.tables import boots, leases


@dataclass(frozen=True, kw_only=True)
class Boot:
    """One start of a process that runs work; ``beat_at`` is when it was last known to live."""

    id: str
    node: str
    lanes: list[str]
    pid: int
    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None


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


def silent(connection: Connection, since: datetime, but: str) -> list[Boot]:
    """Processes not known to have ended that have not beaten since a time."""
    query = select(boots).where(boots.c.ended_at.is_(None), boots.c.beat_at < since, boots.c.id != but)
    return [Boot(**row._mapping) for row in connection.execute(query)]


def living(connection: Connection) -> list[Boot]:
    """Processes that have not ended, oldest first."""
    query = select(boots).where(boots.c.ended_at.is_(None)).order_by(boots.c.started_at)
    return [Boot(**row._mapping) for row in connection.execute(query)]


def ended_ids(connection: Connection) -> list[str]:
    """Processes known to have ended."""
    return list(connection.execute(select(boots.c.id).where(boots.c.ended_at.is_not(None))).scalars())


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
    connection.execute(insert(leases).values(name=name, boot=boot, until=now + lasting))
    return True


def drop_lease(connection: Connection, boot: str) -> None:
    """Give up what a boot holds, so that the next one need not wait."""
    connection.execute(delete(leases).where(leases.c.boot == boot))
