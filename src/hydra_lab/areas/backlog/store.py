"""Questions about imported documents: the backlog's only SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, text, true, update

from hydra_lab.areas.backlog.intake.merge import Known
from hydra_lab.areas.backlog.tables import documents, entries, lists
from hydra_lab.kernel.work import store as work
from hydra_lab.kernel.work.model import Hold, Item, State
from hydra_lab.kernel.work.tables import items as work_items

CHUNK = 500  # ids in one question
PART = 100  # rows of a list that are kept, and shown, together
IMPORTED = "import:"  # the owner of an import's lists is this and the backlog's name
PRUNED = "pruned"  # the state of an item that is no longer kept
LIGHT = [column for column in documents.c if column.name != "text"]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A document as it was imported last. ``text`` is empty where only the rest was asked for."""

    name: str
    title: str | None
    text: str = ""
    imported_at: datetime
    imported_by: str
    outline: dict[str, Any] | None = None
    report: dict[str, int] | None = None


def take_turn(connection: Connection) -> None:
    """On Postgres let one import at a time run; on SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(4824652)"))


def names(connection: Connection) -> list[str]:
    """The names of all backlogs."""
    return list(connection.execute(select(documents.c.name).order_by(documents.c.name)).scalars())


def document(connection: Connection, name: str, *, text: bool = True) -> Imported | None:
    """A document, ``None`` if there is none of that name."""
    query = select(documents) if text else select(*LIGHT)
    row = connection.execute(query.where(documents.c.name == name)).first()
    return Imported(**row._mapping) if row else None


def put_document(connection: Connection, one: Imported) -> None:
    """Keep a document in place of the one of the same name."""
    values = vars(one)
    if not connection.execute(update(documents).where(documents.c.name == one.name).values(values)).rowcount:
        connection.execute(insert(documents).values(values))


def without_outline(connection: Connection) -> list[str]:
    """The names of backlogs that were imported before outlines were kept."""
    query = select(documents.c.name).where(documents.c.report.is_(None)).order_by(documents.c.name)
    return list(connection.execute(query).scalars())


def known(connection: Connection, backlog: str) -> list[Known]:
    """The entries of a backlog in their order, each with its work item."""
    rows = connection.execute(select(entries).where(entries.c.backlog == backlog).order_by(entries.c.position))
    return [known_of(row._mapping) for row in rows]


def known_of(row: Any) -> Known:
    """A row as an entry."""
    values = {name: value for name, value in row.items() if name in Known.__dataclass_fields__}
    return Known(**{**values, "told": values["told"] or {}})


def put_entries(connection: Connection, backlog: str, found: Sequence[Known]) -> None:
    """Keep a backlog's entries in place of those it had."""
    connection.execute(delete(entries).where(entries.c.backlog == backlog))
    rows = [{"backlog": backlog, "position": place, **vars(one)} for place, one in enumerate(found)]
    connection.execute(insert(entries), rows)


def put_plan(connection: Connection, backlog: str, one: Known) -> None:
    """Note another plan for an entry."""
    here = (entries.c.backlog == backlog) & (entries.c.key == one.key) & (entries.c.item == one.item)
    connection.execute(update(entries).where(here).values(planned=one.planned))


def items_of(connection: Connection, ids: Iterable[str], everything: Hold | None = None) -> dict[str, Item]:
    """Those of these work items that still exist, with their holds."""
    wanted = list(ids)
    found: dict[str, Item] = {}
    for place in range(0, len(wanted), CHUNK):
        found |= work.items_by_id(connection, wanted[place : place + CHUNK], everything)
    return found


def states_of(connection: Connection, ids: Iterable[str]) -> dict[str, State]:
    """The states of those of these work items that still exist."""
    wanted = list(ids)
    chunks = (wanted[place : place + CHUNK] for place in range(0, len(wanted), CHUNK))
    return {id: State(state) for chunk in chunks for id, state in work.existing(connection, chunk).items()}


def counts(connection: Connection, backlog: str, *, all_paused: bool = False) -> dict[int | None, dict[str, int]]:
    """Items by tier and state; ready work under a pause counts as held, as it is shown."""
    state = shown_state(connection, all_paused=all_paused)
    query = select(entries.c.tier, state, func.count()).select_from(joined()).where(entries.c.backlog == backlog)
    found: dict[int | None, dict[str, int]] = {}
    for tier, name, number in connection.execute(query.group_by(entries.c.tier, state)):
        found.setdefault(tier, {})[name] = number
    return found


def claims(connection: Connection, backlog: str) -> dict[tuple[str, str], int]:
    """How many items are in each pair of what the document says and what is true."""
    said, true_ = func.coalesce(entries.c.status, "open"), func.coalesce(work_items.c.state, PRUNED)
    query = select(said, true_, func.count()).select_from(joined()).where(entries.c.backlog == backlog)
    return {(row[0], row[1]): row[2] for row in connection.execute(query.group_by(said, true_))}


def reported(connection: Connection, backlog: str) -> int:
    """How many items are done by the document's word alone."""
    query = select(func.count()).where(entries.c.backlog == backlog, entries.c.concluded)
    return int(connection.execute(query).scalar_one())


def joined() -> Any:
    """Entries with their work items; an entry whose item was pruned stays."""
    return entries.outerjoin(work_items, work_items.c.id == entries.c.item)


def shown_state(connection: Connection, *, all_paused: bool) -> Any:
    """The state as it is shown: held under a pause, ``pruned`` where the item is gone."""
    paused = true() if all_paused else work.paused_condition(work.pause_holds(connection))
    waits = (work_items.c.state == State.QUEUED) & paused
    return func.coalesce(case((waits, State.HELD.value), else_=work_items.c.state), PRUNED)


def listed(
    connection: Connection,
    backlog: str,
    *,
    tier: int | str | None = "any",
    state: str | None = None,
    offset: int,
    limit: int,
    all_paused: bool = False,
) -> list[Known]:
    """Entries of a tier (``None``: of none) in a state, tier by tier, each tier in the document's order."""
    query = select(entries).select_from(joined()).where(entries.c.backlog == backlog)
    if tier != "any":
        query = query.where(entries.c.tier.is_(None) if tier is None else entries.c.tier == tier)
    if state:
        query = query.where(shown_state(connection, all_paused=all_paused) == state)
    order = (entries.c.tier.is_(None), entries.c.tier, entries.c.position)
    return [known_of(row._mapping) for row in connection.execute(query.order_by(*order).offset(offset).limit(limit))]


def by_keys(connection: Connection, backlog: str, keys: Iterable[str]) -> dict[str, Known]:
    """Entries by their keys, as many as are named."""
    wanted = list(dict.fromkeys(keys))
    found: dict[str, Known] = {}
    for place in range(0, len(wanted), CHUNK):
        here = (entries.c.backlog == backlog) & entries.c.key.in_(wanted[place : place + CHUNK])
        found |= {row.key: known_of(row._mapping) for row in connection.execute(select(entries).where(here))}
    return found


def of_item(connection: Connection, backlog: str, item: str) -> Known | None:
    """The entry that a work item was made from."""
    query = select(entries).where(entries.c.backlog == backlog, entries.c.item == item)
    row = connection.execute(query).first()
    return known_of(row._mapping) if row else None


def put_lists(connection: Connection, owner: str, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Keep an import's lists in place of those it had, in parts that a page shows."""
    drop_lists(connection, owner)
    rows = [
        {"owner": owner, "kind": kind, "part": place // PART, "rows": list(rows[place : place + PART])}
        for kind, rows in found.items()
        for place in range(0, len(rows), PART)
    ]
    if rows:
        connection.execute(insert(lists), rows)


def part_of(connection: Connection, owner: str, kind: str, part: int) -> list[dict[str, Any]]:
    """One part of an import's list; empty behind its end."""
    here = (lists.c.owner == owner) & (lists.c.kind == kind) & (lists.c.part == part)
    return connection.execute(select(lists.c.rows).where(here)).scalar() or []


def drop_lists(connection: Connection, owner: str) -> None:
    """Forget an import's lists."""
    connection.execute(delete(lists).where(lists.c.owner == owner))
