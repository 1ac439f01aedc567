"""The SQL of calls: whether one was begun and never ended."""

from sqlalchemy import Connection, select

from hydra_lab.kernel.journal.tables import events


def is_open(connection: Connection, item: str) -> bool:
    """Whether the last thing the journal knows of an item's calls is that one began."""
    c = events.c
    query = select(c.name).where(c.item == item, c.name.in_(("http.calling", "http.called")))
    return connection.execute(query.order_by(c.id.desc()).limit(1)).scalar() == "http.calling"
