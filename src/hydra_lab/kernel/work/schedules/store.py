"""Reading and writing schedules: their only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hydra_lab.kernel.work.schedules.model import Schedule
from hydra_lab.kernel.work.tables import schedules


def schedule_of(row: Row[Any]) -> Schedule:
    """A row as a ``Schedule``."""
    return Schedule(**row._mapping)


def all_of(connection: Connection) -> list[Schedule]:
    """Every schedule, the next to fire first."""
    query = select(schedules).order_by(schedules.c.paused, schedules.c.next_at)
    return [schedule_of(row) for row in connection.execute(query)]


def one(connection: Connection, id: str) -> Schedule | None:
    """A schedule, ``None`` if there is none of that id."""
    row = connection.execute(select(schedules).where(schedules.c.id == id)).first()
    return schedule_of(row) if row else None


def due(connection: Connection, now: datetime) -> list[Schedule]:
    """Schedules that should fire."""
    query = select(schedules).where(schedules.c.paused.is_(False), schedules.c.next_at <= now)
    return [schedule_of(row) for row in connection.execute(query.with_for_update(skip_locked=True))]


def soonest(connection: Connection) -> datetime | None:
    """When the next schedule fires."""
    query = select(schedules.c.next_at).where(schedules.c.paused.is_(False)).order_by(schedules.c.next_at)
    at: datetime | None = connection.execute(query.limit(1)).scalar()
    return at


def put(connection: Connection, schedule: Schedule) -> None:
    """Keep a schedule, in place of one of the same id."""
    drop(connection, schedule.id)
    connection.execute(insert(schedules).values(**schedule.model_dump()))


def change(connection: Connection, id: str, **values: Any) -> None:
    """Set columns of a schedule."""
    connection.execute(update(schedules).where(schedules.c.id == id).values(**values))


def drop(connection: Connection, id: str) -> bool:
    """Forget a schedule; ``False`` if there was none."""
    return connection.execute(delete(schedules).where(schedules.c.id == id)).rowcount > 0
