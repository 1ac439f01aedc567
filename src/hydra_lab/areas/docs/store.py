"""The SQL of the documentation: how an API looked at earlier runs, and the journal for the guide."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from hydra_lab.areas.docs.model import Outline, Run
from hydra_lab.areas.docs.tables import outlines
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.journal.store import entry
from hydra_lab.kernel.journal.tables import events

KEEP = 20
PAGE = 5000


def last(connection: Connection, source: str, before: datetime) -> tuple[Run, Outline] | None:
    """The newest run of a source made before a time, with what the API looked like then."""
    c = outlines.c
    query = select(outlines).where(c.source == source, c.made_at < before).order_by(c.made_at.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    return Run(source=row.source, made_at=row.made_at, version=row.version, endpoints=row.endpoints), row.outline


def keep(connection: Connection, run: Run, outline: Outline) -> None:
    """Keep a run, and the newest few of its source."""
    c = outlines.c
    connection.execute(delete(outlines).where(c.source == run.source, c.made_at == run.made_at))
    connection.execute(insert(outlines).values(**vars(run), outline=outline))
    newest = select(c.made_at).where(c.source == run.source).order_by(c.made_at.desc()).limit(KEEP)
    times = [row.made_at for row in connection.execute(newest)]
    connection.execute(delete(outlines).where(c.source == run.source, c.made_at < times[-1]))


def journal_since(connection: Connection, since: datetime) -> Iterator[Event]:
    """Journal entries since a time, oldest first, read page by page."""
    start = connection.execute(select(func.min(events.c.id)).where(events.c.at >= since)).scalar()
    after = (start or 0) - 1
    while start is not None:
        rows = connection.execute(select(events).where(events.c.id > after).order_by(events.c.id).limit(PAGE)).all()
        yield from (entry(row) for row in rows)
        if len(rows) < PAGE:
            return
        after = rows[-1].id
