"""Counting and timing work: the measurements' only SQL."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from statistics import median

from sqlalchemy import Connection, and_, func, literal_column, select, union_all

from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.line.store import heads
from hydra_lab.kernel.work.model import HoldKind, State
from hydra_lab.kernel.work.tables import holds, items

RECENT = 25  # durations looked at for a median
WAITING = (State.HELD, State.QUEUED)
# Items that ended without having run: reported as complete, cancelled or failed before. Said as their index says it.
NEVER_RAN = and_(items.c.attempt == literal_column("0"), items.c.finished_at.is_not(None))


def counts(connection: Connection, *, all_paused: bool = False) -> dict[str, int]:
    """Items by state, every state named; ready work under a pause counts as held, as it is shown."""
    rows = connection.execute(select(items.c.state, func.count()).group_by(items.c.state))
    return as_shown(connection, {row[0]: row[1] for row in rows}, all_paused=all_paused)


def counts_and_tiers(
    connection: Connection, *, all_paused: bool = False
) -> tuple[dict[str, int], dict[int, dict[str, int]]]:
    """Items by state, as ``counts`` tells them, and by tier and state, counted in one go."""
    found = by_tier(connection)
    states: dict[str, int] = {}
    for tier in found.values():
        for state, number in tier.items():
            states[state] = states.get(state, 0) + number
    tiers = {tier: states for tier, states in found.items() if tier is not None}
    return as_shown(connection, states, all_paused=all_paused), tiers


def as_shown(connection: Connection, states: dict[str, int], *, all_paused: bool) -> dict[str, int]:
    """Items by state as they are kept, turned into how they are shown."""
    found = dict.fromkeys((state.value for state in State), 0) | states
    paused = found[State.QUEUED] if all_paused else under_pauses(connection).get(State.QUEUED, 0)
    found[State.QUEUED] -= paused
    found[State.HELD] += paused
    return found


def under_pauses(connection: Connection) -> dict[str, int]:
    """Waiting items in a paused tier or lane, by state; those that are paused themselves are left out."""
    pauses = store.pause_holds(connection)
    if not pauses:
        return {}
    itself = select(holds.c.item).where(holds.c.kind == HoldKind.PAUSED)
    condition = and_(items.c.state.in_(WAITING), store.paused_condition(pauses), items.c.id.not_in(itself))
    rows = connection.execute(select(items.c.state, func.count()).where(condition).group_by(items.c.state))
    return {row[0]: row[1] for row in rows}


def holds_by_kind(connection: Connection, *, all_paused: bool = False) -> dict[str, int]:
    """How many items each kind of hold keeps; a pause of a tier, a lane or everything is one of theirs."""
    rows = connection.execute(select(holds.c.kind, func.count(func.distinct(holds.c.item))).group_by(holds.c.kind))
    found = {row[0]: row[1] for row in rows}
    if all_paused:
        waiting = select(func.count()).select_from(items).where(items.c.state.in_(WAITING))
        paused = connection.execute(waiting).scalar_one()
    else:
        paused = found.get(HoldKind.PAUSED, 0) + sum(under_pauses(connection).values())
    return found | ({HoldKind.PAUSED.value: paused} if paused else {})


def held_for(connection: Connection, kind: HoldKind) -> int:
    """How many items one kind of hold keeps, pauses of tiers and lanes left out."""
    query = select(func.count(func.distinct(holds.c.item))).where(holds.c.kind == kind)
    return connection.execute(query).scalar_one()


def running(connection: Connection) -> int:
    """How many items run."""
    query = select(func.count()).select_from(items).where(items.c.state == State.RUNNING)
    return connection.execute(query).scalar_one()


def tiers(connection: Connection) -> list[int]:
    """The tiers that items are in, found by hopping along the index from one to the next."""
    tier = items.c.tier
    first = select(func.min(tier).label("tier")).cte("tiers", recursive=True)
    after = select(func.min(tier)).where(tier > first.c.tier).scalar_subquery()
    found = first.union_all(select(after).where(first.c.tier.is_not(None)))
    return list(connection.execute(select(found.c.tier).where(found.c.tier.is_not(None))).scalars())


def by_tier(connection: Connection) -> dict[int | None, dict[str, int]]:
    """Items by tier and state; those without a tier under ``None``."""
    query = select(items.c.tier, items.c.state, func.count()).group_by(items.c.tier, items.c.state)
    found: dict[int | None, dict[str, int]] = {}
    for tier, state, number in connection.execute(query):
        found.setdefault(tier, {})[state] = number
    return found


def medians(connection: Connection, operations: Iterable[str]) -> dict[str, float]:
    """Median seconds of each operation's most recent successes; operations never done are absent."""
    c = items.c
    known = set(operations) & set(store.operations(connection))
    latest = [
        select(c.operation, c.started_at, c.finished_at)
        .where(c.operation == name, c.state == State.DONE, c.started_at.is_not(None))
        .order_by(c.finished_at.desc())
        .limit(RECENT)
        .subquery()
        for name in sorted(known)
    ]
    took: dict[str, list[float]] = defaultdict(list)
    for row in connection.execute(union_all(*(select(one) for one in latest))) if latest else ():
        took[row.operation].append((row.finished_at - row.started_at).total_seconds())
    return {operation: median(seconds) for operation, seconds in took.items()}


def operation_times(connection: Connection, since: datetime, until: datetime) -> list[tuple[str, str, float, float]]:
    """``(operation, state, seconds waited, seconds run)`` of each item that ended from ``since`` until ``until``."""
    ended = items.c.state.in_((State.DONE, State.FAILED))
    between = and_(items.c.finished_at >= since, items.c.finished_at < until)
    c = items.c
    query = select(c.operation, c.state, c.created_at, c.started_at, c.finished_at)
    query = query.where(ended, between, c.started_at.is_not(None))
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
    """Since when the longest waiting ready item has been ready; what a pause keeps back is not ready."""
    return min((row.ready_at for row in heads(connection)), default=None)


def finished_since(connection: Connection, since: datetime) -> dict[str, int]:
    """Items that ended since a time, by state; what a document reported as complete is left out."""
    ended = items.c.state.in_((State.DONE, State.FAILED, State.CANCELLED))
    condition = and_(ended, items.c.finished_at >= since)
    rows = connection.execute(select(items.c.state, func.count()).where(condition).group_by(items.c.state))
    found = {row[0]: row[1] for row in rows}
    reported = reported_since(connection, since)
    return found | {State.DONE.value: found[State.DONE] - reported} if reported else found


def reported_since(connection: Connection, since: datetime | None = None) -> int:
    """How many items are done only because a document said so, since a time or ever."""
    query = select(func.count()).select_from(items).where(NEVER_RAN, items.c.state == State.DONE)
    query = query.where(items.c.finished_at >= since) if since else query
    return connection.execute(query).scalar_one()


def usual_time(connection: Connection, since: datetime, of: int) -> float | None:
    """The median of the seconds that the latest so many items took that were done since a time."""
    c = items.c
    done = and_(c.state == State.DONE, c.finished_at >= since, c.started_at.is_not(None))
    rows = connection.execute(select(c.started_at, c.finished_at).where(done).order_by(c.finished_at.desc()).limit(of))
    took = [(row.finished_at - row.started_at).total_seconds() for row in rows]
    return median(took) if took else None
