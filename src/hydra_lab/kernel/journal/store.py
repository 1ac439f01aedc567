"""Reading and appending journal entries: the journal's only SQL."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Row,
    Select,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    type_coerce,
    union_all,
)

from hydra_lab.kernel.journal.model import Event, Filter
from hydra_lab.kernel.journal.tables import events

# Any constant will do, as long as nothing else in the database uses it.
JOURNAL_LOCK = 4824652
# How many entries a search for words reads at most: it has no index to go by. All of 100,000 took six times as long.
SEARCHED = 20_000
HOUR_US = 3_600_000_000
# Made once: SQLAlchemy then knows them again at a glance.
APPEND = insert(events).returning(events.c.id)
APPEND_MANY = insert(events).returning(events.c.id, sort_by_parameter_order=True)


def append(connection: Connection, rows: list[dict[str, Any]]) -> list[int]:
    """Append entries and return their ids, in order.

    On Postgres ids are given out under a lock held to commit, so that they become visible in their order and a reader
    that has seen one id has seen every smaller one.
    """
    lock_all(connection)
    if len(rows) == 1:
        return [connection.execute(APPEND, rows[0]).scalar_one()]
    return [row.id for row in connection.execute(APPEND_MANY, rows)]


def lock_all(connection: Connection) -> None:
    """Have nobody else write to the journal until this transaction ends; on SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({JOURNAL_LOCK})")


def entry(row: Row[Any]) -> Event:
    """A table row as an ``Event``."""
    return Event(**row._mapping)


def after(connection: Connection, last: int, limit: int) -> list[Event]:
    """Entries newer than ``last``, oldest first."""
    rows = connection.execute(select(events).where(events.c.id > last).order_by(events.c.id).limit(limit))
    return [entry(row) for row in rows]


def newest_id(connection: Connection) -> int:
    """The id of the newest entry, 0 when there is none."""
    return connection.execute(select(func.max(events.c.id))).scalar() or 0


def oldest_at(connection: Connection) -> datetime | None:
    """When the oldest entry was made."""
    return connection.execute(select(events.c.at).order_by(events.c.id).limit(1)).scalar()


def names_lately(connection: Connection, most: int) -> list[str]:
    """The names among the newest entries, by name."""
    lately = select(events.c.name).order_by(events.c.id.desc()).limit(most).subquery()
    return list(connection.execute(select(lately.c.name).distinct().order_by(lately.c.name)).scalars())


def one(connection: Connection, id: int) -> Event | None:
    """One entry, ``None`` if there is no such id."""
    row = connection.execute(select(events).where(events.c.id == id)).first()
    return entry(row) if row else None


def narrowed(query: Select[Any], wanted: Filter) -> Select[Any]:
    """The query with a filter's conditions added."""
    c = events.c
    if wanted.topics or wanted.names:
        query = query.where(
            or_(
                *(c.name.startswith(f"{topic}.", autoescape=True) for topic in wanted.topics),
                *([c.name.in_(wanted.names)] if wanted.names else []),
            )
        )
    if wanted.without:
        query = query.where(c.name.not_in(wanted.without))
    for column, value in (
        (c.actor, wanted.actor),
        (c.subject, wanted.subject),
        (c.item, wanted.item),
        (c.cause, wanted.cause),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.q:
        like = (column.icontains(wanted.q, autoescape=True) for column in (c.name, c.subject, c.item))
        query = query.where(or_(*like))
    if wanted.floor is not None:
        query = query.where(c.id >= wanted.floor)
    if wanted.since:
        query = query.where(c.at >= wanted.since)
    if wanted.until:
        query = query.where(c.at < wanted.until)
    return query


def named(connection: Connection, wanted: Filter) -> list[str]:
    """The names of entries that a filter's topics and names come to.

    There are few names however long the journal is: the index is asked for each one's successor.
    """
    if not wanted.topics:
        return list(wanted.names)
    first = select(func.min(events.c.name).label("name")).cte("each", recursive=True)
    following = select(func.min(events.c.name)).where(events.c.name > first.c.name).scalar_subquery()
    each = first.union_all(select(following).where(first.c.name.is_not(None)))
    known = connection.execute(select(each.c.name).where(each.c.name.is_not(None))).scalars()
    topics = tuple(f"{topic}." for topic in wanted.topics)
    return sorted({*wanted.names, *(one for one in known if one.startswith(topics))})


def is_by_name(wanted: Filter) -> bool:
    """Whether a filter is best answered name by name: one of its conditions is names, and no other is narrow."""
    others = (wanted.actor, wanted.subject, wanted.item, wanted.cause, wanted.q)
    return bool(wanted.topics or wanted.names) and not any(one is not None for one in others)


def page(connection: Connection, wanted: Filter, *, before: int | None, limit: int) -> list[Event]:
    """Entries that fit a filter, newest first, older than ``before`` when given."""
    newest, by_name = events.c.id.desc(), is_by_name(wanted)
    query = narrowed(select(events), replace(wanted, topics=(), names=()) if by_name else wanted)
    if before is not None:
        query = query.where(events.c.id < before)
    if by_name:
        fits = query.with_only_columns(events.c.id).order_by(newest).limit(limit)
        each = [fits.where(events.c.name == name).subquery() for name in named(connection, wanted)]
        if not each:
            return []
        query = select(events).where(events.c.id.in_(union_all(*(select(one.c.id) for one in each))))
    return [entry(row) for row in connection.execute(query.order_by(newest).limit(limit))]


def bounded(connection: Connection, wanted: Filter, *, before: int | None) -> Filter:
    """The filter; one for words with the id down to which it looks, where it does not look at everything.

    It begins below ``before``, or at the newest entry that ``until`` lets in.
    """
    if not wanted.q:
        return wanted
    top = before
    if top is None and wanted.until:
        late = select(events.c.id).where(events.c.at < wanted.until).order_by(events.c.at.desc(), events.c.id.desc())
        top = (connection.execute(late.limit(1)).scalar() or 0) + 1
    elif top is None:
        top = newest_id(connection) + 1
    floor = top - SEARCHED
    older = select(events.c.at).where(events.c.id < floor).order_by(events.c.id.desc()).limit(1)
    left = connection.execute(older).scalar()
    is_all = left is None or (wanted.since is not None and left < wanted.since)
    return wanted if is_all else replace(wanted, floor=floor)


def count(connection: Connection, wanted: Filter, *, before: int | None = None) -> int:
    """How many entries fit a filter, with ``before`` of those older than that."""
    if is_by_name(wanted):
        wanted = replace(wanted, topics=(), names=tuple(named(connection, wanted)) or ("",))
    query = narrowed(select(func.count()).select_from(events), wanted)
    if before is not None:
        query = query.where(events.c.id < before)
    found: int = connection.execute(query).scalar_one()
    return found


def by_hour(connection: Connection, since: datetime, name: str) -> dict[int, tuple[int, int]]:
    """How many entries each hour since a time has, by its number from 0, and how many of those have a name."""
    hour = (type_coerce(events.c.at - since, BigInteger) // HOUR_US).label("hour")
    query = select(hour, func.count(), func.count(case((events.c.name == name, 1)))).where(events.c.at >= since)
    return {row[0]: (row[1], row[2]) for row in connection.execute(query.group_by("hour"))}


def chain(connection: Connection, id: int, limit: int = 500) -> list[Event]:
    """The whole story an entry belongs to: up to its root cause, then all that followed from there, oldest first."""
    root = one(connection, id)
    while root and root.cause is not None and (parent := one(connection, root.cause)):
        root = parent
    if root is None:
        return []
    story, frontier = [root], [root.id]
    while frontier and len(story) < limit:
        rows = connection.execute(select(events).where(events.c.cause.in_(frontier)).order_by(events.c.id).limit(limit))
        found = [entry(row) for row in rows]
        story += found
        frontier = [event.id for event in found]
    return sorted(story, key=lambda event: event.id)[:limit]


def prune(connection: Connection, before: datetime, keep_items: list[str]) -> int:
    """Forget entries older than the journal's retention, but for those of items that are still open."""
    gone = delete(events).where(events.c.at < before)
    if keep_items:
        gone = gone.where(or_(events.c.item.is_(None), events.c.item.not_in(keep_items)))
    return connection.execute(gone).rowcount
