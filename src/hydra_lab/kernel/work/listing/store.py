"""Items that fit a filter, newest first, page by page: the listing's only SQL."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, case, func, or_, select, true

from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.model import Hold, HoldKind, Item, State
from hydra_lab.kernel.work.tables import holds, items

WALK = 1_000  # above so many a page is found sooner by walking the ids, newest first, than by sorting what fits
FEW = 250  # not less than a page may hold
ID = re.compile(r"[0-9a-f-]{6,36}")  # an id, its beginning or its end


def page(
    connection: Connection,
    total_of: Callable[[Callable[[], int]], int],
    *,
    before: str | None = None,
    limit: int,
    everything: Hold | None = None,
    **wanted: Any,
) -> tuple[list[Item], int, str | None]:
    """Items that fit, newest first, with how many fit in all and the cursor of the next page.

    ``wanted`` is what ``fitting`` takes; ``everything`` the hold of a global pause; ``total_of`` may know how many fit
    (see ``Totals.of``).
    """
    condition = fitting(connection, all_paused=everything is not None, **wanted)
    if wanted.get("q"):
        ids, total = found(connection, condition, total_of, before=before, limit=limit + 1)
        rows = newest(connection, items.c.id.in_(ids), len(ids), limit=limit + 1)
    else:
        total = total_of(lambda: count(connection, condition))
        rows = newest(connection, condition, total, before=before, limit=limit + 1)
    shown = rows[:limit]
    return store.built(connection, shown, everything), total, shown[-1].id if len(rows) > limit else None


def newest(
    connection: Connection, condition: ColumnElement[bool], total: int, *, before: str | None = None, limit: int
) -> list[Row[Any]]:
    """The newest rows of those that fit, which are ``total`` in all."""
    if not total:
        return []
    # Inside a CASE a condition picks no index, which leaves that of the ids.
    query = select(items).where(case((condition, True), else_=False) if total > WALK else condition)
    query = query.where(items.c.id < before) if before else query
    return list(connection.execute(query.order_by(items.c.id.desc()).limit(limit)).all())


def found(
    connection: Connection,
    condition: ColumnElement[bool],
    total_of: Callable[[Callable[[], int]], int],
    *,
    before: str | None,
    limit: int,
) -> tuple[list[str], int]:
    """The newest ids of those that fit, with how many fit in all.

    A search for words reads every text: where few fit, this spares a second look.
    """
    newest_ids = select(items.c.id).where(condition).order_by(items.c.id.desc())
    first = list(connection.execute(newest_ids.limit(FEW + 1)).scalars())
    if len(first) <= FEW:
        return [id for id in first if not before or id < before][:limit], len(first)
    total = total_of(lambda: count(connection, condition))
    if before:
        return list(connection.execute(newest_ids.where(items.c.id < before).limit(limit)).scalars()), total
    return first[:limit], total


def count(connection: Connection, condition: ColumnElement[bool]) -> int:
    """How many items fit."""
    return connection.execute(select(func.count()).select_from(items).where(condition)).scalar_one()


def fitting(
    connection: Connection,
    *,
    state: str | None = None,
    tier: int | None = None,
    operation: str | None = None,
    q: str | None = None,
    lane: str | None = None,
    hold: str | None = None,
    all_paused: bool = False,
) -> ColumnElement[bool]:
    """The condition for a filter of the queue; a ready item under a pause counts as held, as it is shown."""
    c = items.c
    conditions: list[ColumnElement[bool]] = []
    pauses = [] if all_paused else store.pause_holds(connection)
    paused = true() if all_paused else store.paused_condition(pauses)
    if state == State.HELD and (all_paused or pauses):
        conditions.append(or_(c.state == State.HELD, and_(c.state == State.QUEUED, paused)))
    elif state == State.QUEUED and (all_paused or pauses):
        conditions.append(and_(c.state == State.QUEUED, ~paused))
    elif state is not None:
        conditions.append(c.state == state)
    for column, value in ((c.tier, tier), (c.operation, operation), (c.lane, lane)):
        if value is not None:
            conditions.append(column == value)
    if hold:
        own = c.id.in_(select(holds.c.item).where(holds.c.kind == hold))
        waits = c.state.in_((State.HELD, State.QUEUED))
        conditions.append(or_(own, and_(waits, paused)) if hold == HoldKind.PAUSED else own)
    if q:
        conditions.append(meant(connection, q))
    return and_(true(), *conditions)


def meant(connection: Connection, q: str) -> ColumnElement[bool]:
    """Items that have every one of some words, or an id that begins or ends so."""
    known = store.operations(connection)
    has_words = and_(true(), *(has_word(connection, word, known) for word in q.split()))
    id = q.strip().lower()
    return or_(has_words, items.c.id.startswith(id), items.c.id.endswith(id)) if ID.fullmatch(id) else has_words


def has_word(connection: Connection, word: str, operations: Sequence[str]) -> ColumnElement[bool]:
    """Items with a word, or part of one, in title, operation or section, whatever its case."""
    does = [name for name in operations if word.lower() in name.lower()]
    by_operation = [items.c.operation.in_(does)] if does else []
    # For other letters than A to Z neither database is sure to know both cases.
    forms = [word] if word.isascii() else dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    in_title, in_section = (
        or_(*(contains(connection, text, form) for form in forms)) for text in (items.c.title, items.c.section)
    )
    # Asked first whether there is a section, SQLite passes over the many items without one at no cost.
    return or_(and_(items.c.section.is_not(None), in_section), in_title, *by_operation)


def contains(connection: Connection, text: Column[str], word: str) -> ColumnElement[bool]:
    """Texts with a word in them, in whatever case."""
    # SQLite's LIKE asks for no case; a bare column, not the lower() of it, is what its index has.
    like = Column.like if connection.dialect.name == "sqlite" else Column.ilike
    escaped = re.sub(r"([/%_\\])", r"/\1", word)
    return like(text, f"%{escaped}%", escape="/" if escaped != word else None)
