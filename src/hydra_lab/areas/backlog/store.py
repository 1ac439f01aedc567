"""Questions about imported documents: the backlog's only SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, false, func, insert, or_, select, text, true, update

from hydra_lab.areas.backlog.intake.merge import Known
from hydra_lab.areas.backlog.tables import documents, entries, lists
from hydra_lab.kernel.work import store as work
from hydra_lab.kernel.work.model import Hold, Item, State
from hydra_lab.kernel.work.tables import items as work_items

CHUNK = 500  # ids in one question
PART = 100  # rows of a list that are kept, and shown, together
IMPORTED = "import:"  # the owner of an import's lists is this and the backlog's name
PRUNED = "pruned"  # the state of an item that is no longer kept
LIGHT = [column for column in documents.c if column.name not in ("text", "sealed")]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A document as it was imported last, its secrets masked, and ``sealed`` with them if it has any.

    Both are empty where only the rest was asked for.
    """

    name: str
    title: str | None
    text: str = ""
    imported_at: datetime
    imported_by: str
    outline: dict[str, Any] | None = None
    report: dict[str, int] | None = None
    sealed: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many items of a tier are in a state, of which the document says one thing."""

    tier: int | None
    said: str
    state: str
    concluded: bool
    items: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far an entry is."""

    section: str | None
    item: str
    state: str


def take_turn(connection: Connection) -> None:
    """On Postgres let one import at a time run; on SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(4824652)"))


def names(connection: Connection) -> list[str]:
    """The names of all backlogs."""
    return list(connection.execute(select(documents.c.name).order_by(documents.c.name)).scalars())


def imports(connection: Connection) -> list[tuple[str, datetime]]:
    """When each backlog was imported last."""
    query = select(documents.c.name, documents.c.imported_at).order_by(documents.c.name)
    return [(row.name, row.imported_at) for row in connection.execute(query)]


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


def tally(connection: Connection, backlog: str, *, all_paused: bool = False) -> list[Tally]:
    """How many items there are of each tier, of each thing the document says of them, and in each state."""
    state, c = shown_state(connection, all_paused=all_paused), entries.c
    columns = (c.tier, func.coalesce(c.status, "open"), state, c.concluded)
    query = select(*columns, func.count()).select_from(joined()).where(c.backlog == backlog).group_by(*columns)
    return [
        Tally(tier=tier, said=said, state=name, concluded=concluded, items=number)
        for tier, said, name, concluded, number in connection.execute(query)
    ]


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
    tiers: Sequence[int | None],
    state: str | None = None,
    offset: int = 0,
    limit: int,
    all_paused: bool = False,
) -> list[Known]:
    """Entries of these tiers (``None``: of none) in a state, tier by tier, each tier in the document's order."""
    c = entries.c
    of_none = c.tier.is_(None) if None in tiers else false()
    here = (c.backlog == backlog, or_(c.tier.in_([tier for tier in tiers if tier is not None]), of_none))
    query = select(entries).where(*here)
    if state:
        query = query.select_from(joined()).where(shown_state(connection, all_paused=all_paused) == state)
    query = query.order_by(c.tier.is_(None), c.tier, c.position).offset(offset).limit(limit)
    return [known_of(row._mapping) for row in connection.execute(query)]


def of_steps(connection: Connection, backlog: str, keys: Sequence[str], *, all_paused: bool) -> dict[str, Standing]:
    """Sections, items and states of the entries with these keys."""
    columns = (entries.c.key, entries.c.section, entries.c.item, shown_state(connection, all_paused=all_paused))
    query = select(*columns).select_from(joined()).where(entries.c.backlog == backlog)
    found: dict[str, Standing] = {}
    for place in range(0, len(keys), CHUNK):
        for row in connection.execute(query.where(entries.c.key.in_(keys[place : place + CHUNK]))):
            found[row.key] = Standing(section=row.section, item=row.item, state=row[3])
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
