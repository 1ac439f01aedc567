"""Questions about imported documents: the backlog's only SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update

from hydra_lab.areas.backlog.intake.merge import Known
from hydra_lab.areas.backlog.tables import documents, entries
from hydra_lab.kernel.work import store as work
from hydra_lab.kernel.work.model import Item, State
from hydra_lab.kernel.work.tables import items as work_items

CHUNK = 500  # ids in one question


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A document as it was imported last."""

    name: str
    title: str | None
    text: str
    imported_at: datetime
    imported_by: str


def take_turn(connection: Connection) -> None:
    """On Postgres let one import at a time run; on SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(4824652)"))


def names(connection: Connection) -> list[str]:
    """The names of all backlogs."""
    return list(connection.execute(select(documents.c.name).order_by(documents.c.name)).scalars())


def document(connection: Connection, name: str) -> Imported | None:
    """A document, ``None`` if there is none of that name."""
    row = connection.execute(select(documents).where(documents.c.name == name)).first()
    return Imported(**row._mapping) if row else None


def put_document(connection: Connection, one: Imported) -> None:
    """Keep a document in place of the one of the same name."""
    values = vars(one)
    if not connection.execute(update(documents).where(documents.c.name == one.name).values(values)).rowcount:
        connection.execute(insert(documents).values(values))


def known(connection: Connection, backlog: str) -> list[Known]:
    """The entries of a backlog in their order, each with its work item."""
    rows = connection.execute(select(entries).where(entries.c.backlog == backlog).order_by(entries.c.position))
    return [known_of(row._mapping) for row in rows]


def known_of(row: Any) -> Known:
    """A row as an entry."""
    return Known(**{name: value for name, value in row.items() if name not in ("backlog", "position")})


def put_entries(connection: Connection, backlog: str, found: Sequence[Known]) -> None:
    """Keep a backlog's entries in place of those it had."""
    connection.execute(delete(entries).where(entries.c.backlog == backlog))
    rows = [{"backlog": backlog, "position": place, **vars(one)} for place, one in enumerate(found)]
    connection.execute(insert(entries), rows)


def items_of(connection: Connection, ids: Iterable[str]) -> dict[str, Item]:
    """Those of these work items that still exist, with their holds."""
    wanted = list(ids)
    found: dict[str, Item] = {}
    for place in range(0, len(wanted), CHUNK):
        here = work_items.c.id.in_(wanted[place : place + CHUNK])
        found |= {item.id: item for item in work.page(connection, here, before=None, limit=CHUNK)[0]}
    return found


def states_of(connection: Connection, ids: Iterable[str]) -> dict[str, State]:
    """The states of those of these work items that still exist."""
    wanted = list(ids)
    chunks = (wanted[place : place + CHUNK] for place in range(0, len(wanted), CHUNK))
    return {id: State(state) for chunk in chunks for id, state in work.existing(connection, chunk).items()}


def put_plan(connection: Connection, backlog: str, one: Known) -> None:
    """Note another plan for an entry."""
    here = (entries.c.backlog == backlog) & (entries.c.key == one.key) & (entries.c.item == one.item)
    connection.execute(update(entries).where(here).values(planned=one.planned))
