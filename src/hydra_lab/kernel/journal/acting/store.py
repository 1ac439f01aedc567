"""How far each reader of the journal is, and what it has not acted on yet: the readers' only SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hydra_lab.kernel.journal.model import Event
from hydra_lab.kernel.journal.store import entry
from hydra_lab.kernel.journal.tables import events, readers


def beginning_with(connection: Connection, prefixes: Sequence[str], after: int, to: int, limit: int) -> list[Event]:
    """Entries after one id and up to another whose names begin with one of ``prefixes``, oldest first."""
    fits = or_(*(events.c.name.startswith(prefix, autoescape=True) for prefix in prefixes))
    query = select(events).where(events.c.id > after, events.c.id <= to, fits)
    return [entry(row) for row in connection.execute(query.order_by(events.c.id).limit(limit))]


def place(connection: Connection, reader: str) -> int | None:
    """The id of the last entry a reader has acted on; ``None`` for one that never was here."""
    return connection.execute(select(readers.c.event).where(readers.c.name == reader)).scalar()


def take_place(connection: Connection, reader: str, event: int) -> None:
    """Have a reader that never was here begin after an entry; one that was stays where it is."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(readers).values(name=reader, event=event).on_conflict_do_nothing())


def put_place(connection: Connection, reader: str, before: int, after: int) -> bool:
    """Move a reader on; ``False`` when another process has moved it from there already."""
    change = update(readers).where(readers.c.name == reader, readers.c.event == before)
    return connection.execute(change.values(event=after)).rowcount == 1
