"""Who is next in line and who is ahead: the line's only SQL. It orders as ``ordering.py`` does."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)

from hydra_lab.kernel.database.columns import UtcTime
from hydra_lab.kernel.work.model import State
from hydra_lab.kernel.work.ordering import Ready, urgency
from hydra_lab.kernel.work.store import IS_READY, pause_holds, paused_condition
from hydra_lab.kernel.work.tables import items


def heads(connection: Connection) -> list[Any]:
    """The oldest ready item of each class (priority, phase, tier) of each lane: whoever is next is among them.

    Found by hopping along the index from one class to the next, so that a long line costs no more than a short one.
    """
    c, last = items.c, items.alias()
    classes = (c.lane, c.priority, c.phase_rank, c.tier_rank)
    free = and_(IS_READY, ~paused_condition(pause_holds(connection)))
    in_order = select(c.id).where(free).order_by(*classes, c.ready_at, c.id).limit(1)
    first = select(in_order.scalar_subquery().label("id")).cte("heads", recursive=True)
    # The next tier, or else the next phase, or else the next priority, or else the next lane.
    behind = []
    for depth in reversed(range(len(classes))):
        same = [one == last.c[one.name] for one in classes[:depth]]
        next_one = in_order.where(*same, classes[depth] > last.c[classes[depth].name])
        behind.append(next_one.correlate(last).scalar_subquery())
    found = first.union_all(select(func.coalesce(*behind)).select_from(first.join(last, last.c.id == first.c.id)))
    columns = (c.id, c.title, c.operation, c.lane, c.priority, c.phase_rank, c.tier_rank, c.ready_at)
    return list(connection.execute(select(*columns).join(found, found.c.id == c.id)).all())


def ready(connection: Connection, id: str) -> Ready | None:
    """What ordering needs of an item; ``None`` if it is not ready."""
    c = items.c
    query = select(c.id, c.priority, c.phase_rank, c.tier_rank, c.ready_at).where(c.id == id, IS_READY)
    row = connection.execute(query).first()
    return (
        Ready(id=row.id, priority=row.priority, phase=row.phase_rank, tier=row.tier_rank, ready_at=row.ready_at)
        if row
        else None
    )


def running(connection: Connection, lane: str) -> list[Any]:
    """Operation and start of what runs in a lane."""
    query = select(items.c.operation, items.c.started_at)
    return list(connection.execute(query.where(items.c.state == State.RUNNING, items.c.lane == lane)).all())


def rank(now: datetime, aging: timedelta) -> tuple[ColumnElement[Any], ...]:
    """What ready items are sorted by: ``ordering.sort_key`` in SQL."""
    c = items.c
    age = literal(now, UtcTime) - type_coerce(c.ready_at, UtcTime)
    waited = type_coerce(age, BigInteger)
    risen = case((waited > 0, waited // (aging // timedelta(microseconds=1))), else_=0)
    return (c.priority - risen, c.phase_rank, c.tier_rank, c.ready_at, c.id)


def ahead(connection: Connection, lane: str, mine: Ready, now: datetime, aging: timedelta) -> ColumnElement[bool]:
    """Ready items of a lane that start before one of them."""
    place = (
        literal(urgency(mine, now, aging)), literal(mine.phase), literal(mine.tier),
        literal(mine.ready_at, UtcTime), literal(mine.id),
    )  # fmt: skip
    free = ~paused_condition(pause_holds(connection))
    return and_(IS_READY, items.c.lane == lane, free, tuple_(*rank(now, aging)) < tuple_(*place))


def count_ahead(connection: Connection, lane: str, mine: Ready, now: datetime, aging: timedelta) -> dict[str, int]:
    """How many start before an item, by operation."""
    condition = ahead(connection, lane, mine, now, aging)
    rows = connection.execute(select(items.c.operation, func.count()).where(condition).group_by(items.c.operation))
    return {row[0]: row[1] for row in rows}


def first_ahead(
    connection: Connection, lane: str, mine: Ready, now: datetime, aging: timedelta, limit: int
) -> list[Any]:
    """The first so many in a lane, if they start before an item: id, title and operation, in their order."""
    query = select(items.c.id).where(ahead(connection, lane, mine, now, aging)).order_by(*rank(now, aging)).limit(limit)
    ids = list(connection.execute(query).scalars())
    c = items.c
    rows = {row.id: row for row in connection.execute(select(c.id, c.title, c.operation).where(c.id.in_(ids)))}
    return [rows[id] for id in ids if id in rows]
