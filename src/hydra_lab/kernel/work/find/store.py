"""Which item is meant, which wait for the same thing, which may go: the search's only SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, false, func, or_, select

from hydra_lab.kernel.work.model import HoldKind, State
from hydra_lab.kernel.work.tables import artifacts, dependencies, holds, items, schedules

SURE = 4  # signs at the end of an id that seldom are the same by chance


def with_part(connection: Connection, part: str, most: int) -> list[tuple[str, str]]:
    """``(id, title)`` of the items whose ids begin or end so, newest first, at most so many."""
    c = items.c
    return named(connection, or_(c.id.startswith(part, autoescape=True), c.id.endswith(part, autoescape=True)), most)


def like(connection: Connection, text: str, most: int) -> list[tuple[str, str]]:
    """``(id, title)`` of the items that a wrong id may have meant: by words of the title, the section or the key, or by
    the last signs of the id; newest first, at most so many."""
    c = items.c
    words = or_(c.title.icontains(text, autoescape=True), c.section == text, func.lower(c.key) == text)
    end = c.id.endswith(text[-SURE:], autoescape=True) if len(text) >= SURE else false()
    return named(connection, or_(words, end), most) if text else []


def named(connection: Connection, condition: ColumnElement[bool], most: int) -> list[tuple[str, str]]:
    """``(id, title)`` of the items that fit, newest first, at most so many."""
    query = select(items.c.id, items.c.title).where(condition).order_by(items.c.id.desc()).limit(most)
    return [(row.id, row.title) for row in connection.execute(query)]


def waiting_by_ref(connection: Connection, kind: HoldKind) -> dict[str, int]:
    """How many holds of one kind wait for each thing."""
    query = select(holds.c.ref, func.count()).where(holds.c.kind == kind, holds.c.ref.is_not(None))
    return {row[0]: row[1] for row in connection.execute(query.group_by(holds.c.ref))}


def waiting_on(connection: Connection, kind: HoldKind, refs: Sequence[str]) -> int:
    """How many items wait, by holds of one kind, for any of some things."""
    query = select(func.count(func.distinct(holds.c.item))).where(holds.c.kind == kind, holds.c.ref.in_(refs))
    return connection.execute(query).scalar_one()


def newest_on(connection: Connection, kind: HoldKind, refs: Sequence[str], most: int) -> list[Any]:
    """The newest items that wait, by holds of one kind, for any of some things: ``id``, ``title`` and ``section``."""
    query = select(items.c.id, items.c.title, items.c.section).join(holds, holds.c.item == items.c.id)
    query = query.where(holds.c.kind == kind, holds.c.ref.in_(refs)).order_by(holds.c.item.desc())
    found = {row.id: row for row in connection.execute(query.limit(most * len(refs)))}  # one may wait for several
    return list(found.values())[:most]


def longest_on(connection: Connection, kind: HoldKind, ref: str, most: int) -> list[Row[Any]]:
    """The oldest holds of one kind on one thing, at most so many."""
    query = select(holds).where(holds.c.kind == kind, holds.c.ref == ref)
    return list(connection.execute(query.order_by(holds.c.since, holds.c.id).limit(most)).all())


def examples(connection: Connection, kind: HoldKind, most: int) -> list[Any]:
    """The newest holds of one kind, at most so many: ``id`` and ``title`` of the item, ``detail`` and ``due``."""
    columns = (items.c.id, items.c.title, holds.c.detail, holds.c.due)
    query = select(*columns).join(holds, holds.c.item == items.c.id).where(holds.c.kind == kind)
    return list(connection.execute(query.order_by(holds.c.item.desc(), holds.c.id).limit(most)).all())


def asked_for_lately(connection: Connection, kind: str, most: int) -> list[str]:
    """The operations that one kind of actor had done among the newest so many items, each as often as that was."""
    newest = select(items.c.operation, items.c.actor).order_by(items.c.id.desc()).limit(most)
    return [row.operation for row in connection.execute(newest) if row.operation and row.actor["kind"] == kind]


def ended_last(connection: Connection, state: State) -> Any:
    """``id`` and ``title`` of the item that ended last in a state, ``None`` if there is none."""
    query = select(items.c.id, items.c.title).where(items.c.state == state, items.c.finished_at.is_not(None))
    return connection.execute(query.order_by(items.c.finished_at.desc()).limit(1)).first()


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
