"""Counting and timing work: the measurements' only SQL."""

from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, true

from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.model import State
from hydra_lab.kernel.work.tables import holds, items

RECENT = 25  # durations looked at for a median


def counts(connection: Connection, *, all_paused: bool = False) -> dict[str, int]:
    """Items by state, every state named; ready work under a pause counts as held, as it is shown."""
    rows = connection.execute(select(items.c.state, func.count()).group_by(items.c.state))
    found = dict.fromkeys((state.value for state in State), 0) | {row[0]: row[1] for row in rows}
    condition = true() if all_paused else store.paused_condition(store.pause_holds(connection))
    paused = connection.execute(
        select(func.count()).select_from(items).where(items.c.state == State.QUEUED, condition)
    ).scalar_one()
    found[State.QUEUED] -= paused
    found[State.HELD] += paused
    return found


def holds_by_kind(connection: Connection) -> dict[str, int]:
    """How many items each kind of hold keeps."""
    rows = connection.execute(select(holds.c.kind, func.count(func.distinct(holds.c.item))).group_by(holds.c.kind))
    return {row[0]: row[1] for row in rows}


def tiers(connection: Connection) -> dict[int, dict[str, int]]:
    """Items by tier and state."""
    rows = connection.execute(
        select(items.c.tier, items.c.state, func.count())
        .where(items.c.tier.is_not(None))
        .group_by(items.c.tier, items.c.state)
    )
    found: dict[int, dict[str, int]] = {}
    for tier, state, number in rows:
        found.setdefault(tier, {})[state] = number
    return found


def medians(connection: Connection, operations: Iterable[str]) -> dict[str, float]:
    """Median seconds of each operation's most recent successes; operations never done are absent."""
    found: dict[str, float] = {}
    for operation in operations:
        query = select(items.c.started_at, items.c.finished_at).where(
            items.c.operation == operation, items.c.state == State.DONE, items.c.started_at.is_not(None)
        )
        rows = connection.execute(query.order_by(items.c.finished_at.desc()).limit(RECENT)).all()
        if rows:
            found[operation] = median((row.finished_at - row.started_at).total_seconds() for row in rows)
    return found


def operation_times(connection: Connection, since: datetime, until: datetime) -> list[tuple[str, str, float, float]]:
    """``(operation, state, seconds waited, seconds run)`` of each item that ended from ``since`` until ``until``."""
    ended = items.c.state.in_((State.DONE, State.FAILED))
    between = and_(items.c.finished_at >= since, items.c.finished_at < until)
    query = select(items).where(ended, between, items.c.started_at.is_not(None))
    return [
        (
            row.operation,
            row.state,
            (row.started_at - row.created_at).total_seconds(),
            (row.finished_at - row.started_at).total_seconds(),
        )
        for row in connection.execute(query)
    ]


def oldest_ready(connection: Connection) -> datetime | None:
    """Since when the longest waiting ready item has been ready."""
    at: datetime | None = connection.execute(
        select(func.min(items.c.ready_at)).where(items.c.state == State.QUEUED)
    ).scalar()
    return at


def finished_since(connection: Connection, since: datetime) -> dict[str, int]:
    """Items that ended since a time, by state; what a document reported as complete is left out."""
    ran = or_(items.c.attempt > 0, items.c.state != State.DONE)
    ended = items.c.state.in_((State.DONE, State.FAILED, State.CANCELLED))
    condition = and_(ended, items.c.finished_at >= since, ran)
    rows = connection.execute(select(items.c.state, func.count()).where(condition).group_by(items.c.state))
    return {row[0]: row[1] for row in rows}


def finished_rows(connection: Connection, since: datetime, limit: int) -> list[Any]:
    """Items that ended since a time, newest first."""
    ended = items.c.state.in_((State.DONE, State.FAILED, State.CANCELLED))
    query = select(items).where(ended, items.c.finished_at >= since).order_by(items.c.finished_at.desc()).limit(limit)
    return list(connection.execute(query))
