"""Questions about what is due and what waits for what: their only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select

from hydra_lab.kernel.work.model import HoldKind, State
from hydra_lab.kernel.work.tables import holds, items, pauses, schedules


def due_holds(connection: Connection, now: datetime) -> list[Row[Any]]:
    """Holds whose time has come, with the item each is on."""
    return list(connection.execute(select(holds).where(holds.c.due <= now).order_by(holds.c.due).limit(1000)).all())


def holds_on(connection: Connection, kind: HoldKind, ref: str | None = None) -> list[Row[Any]]:
    """Holds of one kind, on one thing or on any."""
    query = select(holds).where(holds.c.kind == kind)
    return list(connection.execute(query.where(holds.c.ref == ref) if ref else query).all())


def held_only_by(connection: Connection, kind: HoldKind) -> list[Row[Any, Any, Any]]:
    """Items that nothing but one kind of hold keeps from running, the most urgent first: id, title, the hold's data."""
    c = items.c
    others = exists().where(holds.c.item == c.id, holds.c.kind != kind).correlate(items)
    mine = select(holds.c.item, holds.c.data).where(holds.c.kind == kind).subquery()
    query = select(c.id, c.title, mine.c.data).join(mine, mine.c.item == c.id).where(c.state == State.HELD, ~others)
    order = (c.priority, c.phase_rank, c.tier_rank, c.created_at)
    return list(connection.execute(query.order_by(*order).limit(100)).all())


def held_by_nothing(connection: Connection) -> list[str]:
    """Held items without a hold: there should be none."""
    free = ~exists().where(holds.c.item == items.c.id)
    return list(connection.execute(select(items.c.id).where(items.c.state == State.HELD, free)).scalars())


def requirements(connection: Connection) -> list[str]:
    """What the requirement holds wait for, each once."""
    found = connection.execute(select(holds.c.ref).where(holds.c.kind == HoldKind.REQUIREMENT).distinct()).scalars()
    return [ref for ref in found if ref]


def never_started() -> ColumnElement[bool]:
    """Items that wait and of which nothing was done yet."""
    return and_(items.c.state.in_((State.HELD, State.QUEUED)), items.c.attempt == 0)


def open_past_deadline(connection: Connection, now: datetime) -> list[str]:
    """Items whose deadline passed before they were started."""
    return list(connection.execute(select(items.c.id).where(never_started(), items.c.deadline <= now)).scalars())


def time_has_come(connection: Connection, now: datetime) -> bool:
    """Whether a hold is due, a deadline passed, a pause ended or a schedule fires."""
    looks = (
        exists().where(holds.c.due <= now),
        exists().where(never_started(), items.c.deadline <= now),
        exists().where(pauses.c.until <= now),
        exists().where(schedules.c.paused.is_(False), schedules.c.next_at <= now),
    )
    return bool(connection.execute(select(or_(*looks))).scalar())
