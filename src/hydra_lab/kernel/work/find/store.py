"""Which item is meant, which wait for the same thing, which may go: the search's only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from hydra_lab.kernel.work.model import HoldKind, State
from hydra_lab.kernel.work.tables import artifacts, dependencies, holds, items, schedules


def ending_in(connection: Connection, end: str, most: int) -> list[tuple[str, str]]:
    """``(id, title)`` of the items whose ids end so, newest first, at most so many."""
    query = select(items.c.id, items.c.title).where(items.c.id.endswith(end, autoescape=True))
    return [(row.id, row.title) for row in connection.execute(query.order_by(items.c.id.desc()).limit(most))]


def longest_on(connection: Connection, kind: HoldKind, ref: str, most: int) -> tuple[list[Row[Any]], int]:
    """The oldest holds of one kind on one thing, at most so many, and how many there are in all."""
    mine = (holds.c.kind == kind, holds.c.ref == ref)
    total = connection.execute(select(func.count()).select_from(holds).where(*mine)).scalar_one()
    found = connection.execute(select(holds).where(*mine).order_by(holds.c.since, holds.c.id).limit(most))
    return list(found.all()), total


def prunable(connection: Connection, before: datetime, limit: int) -> list[tuple[str, int]]:
    """Items that ended before a time and that nothing needs any more, each with its last attempt."""
    c = items.c
    ended = and_(c.state.in_((State.DONE, State.FAILED, State.CANCELLED)), c.finished_at < before)
    waits = items.alias()
    open_ = waits.c.state.in_((State.HELD, State.QUEUED, State.RUNNING))
    needed = exists().where(dependencies.c.on_item == c.id, waits.c.id == dependencies.c.item, open_)
    kept = or_(needed, exists().where(artifacts.c.item == c.id), exists().where(schedules.c.last_item == c.id))
    documented = and_(c.origin.is_not(None), ~func.coalesce(c.key, "").startswith("schedule:"))
    found = connection.execute(select(c.id, c.attempt).where(ended, ~documented, ~kept).limit(limit))
    return [(row.id, row.attempt) for row in found]
