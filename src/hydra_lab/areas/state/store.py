"""The SQL of the state: what ended lately, what a document reported, and who read last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from hydra_lab.areas.state.tables import reads
from hydra_lab.kernel.work import State
from hydra_lab.kernel.work.measure.store import NEVER_RAN
from hydra_lab.kernel.work.tables import items

ENDS = (State.DONE, State.FAILED, State.CANCELLED)


def ended(
    connection: Connection, limit: int, *, since: datetime | None = None, states: Sequence[State] = ENDS
) -> list[Row[Any]]:
    """Items that ended, newest first; what a document reported as complete never ran and is not among them."""
    c = items.c
    found: list[Any] = []
    columns = (c.id, c.title, c.operation, c.state, c.section, c.tier, c.finished_at, c.result, c.error)
    for state in states:  # one query for each, because only so the index gives them in order
        query = select(*columns).where(c.state == state, c.finished_at.is_not(None), c.attempt > 0)
        if since is not None:
            query = query.where(c.finished_at > since)
        found += connection.execute(query.order_by(c.finished_at.desc()).limit(limit)).all()
    return sorted(found, key=lambda row: row.finished_at, reverse=True)[:limit]


def ended_counts(connection: Connection, since: datetime | None) -> dict[str, int]:
    """How many items ended after a time, by state; those that never ran are left out.

    They are counted apart, because of them there are few: so an index answers, and not every item is looked at.
    """
    ended = items.c.finished_at.is_not(None) if since is None else items.c.finished_at > since
    query = select(items.c.state, func.count()).where(items.c.state.in_(ENDS), ended).group_by(items.c.state)
    never = select(items.c.state, func.count()).where(NEVER_RAN, items.c.state.in_(ENDS), ended)
    apart = {row[0]: row[1] for row in connection.execute(never.group_by(items.c.state))}
    left = {row[0]: row[1] - apart.get(row[0], 0) for row in connection.execute(query)}
    return {state: count for state, count in left.items() if count}


def last_read(connection: Connection, reader: str) -> datetime | None:
    """When somebody read the state last."""
    return connection.execute(select(reads.c.at).where(reads.c.reader == reader)).scalar()


def anyone_read(connection: Connection) -> datetime | None:
    """When anybody read the state last."""
    return connection.execute(select(func.max(reads.c.at))).scalar()


def mark_read(connection: Connection, reader: str, at: datetime) -> None:
    """Remember that somebody read the state."""
    connection.execute(delete(reads).where(reads.c.reader == reader))
    connection.execute(insert(reads).values(reader=reader, at=at))
