"""Which item is meant: the search's only SQL."""

from sqlalchemy import Connection, select

from hydra_lab.kernel.work.tables import items


def ending_in(connection: Connection, end: str, most: int) -> list[tuple[str, str]]:
    """``(id, title)`` of the items whose ids end so, newest first, at most so many."""
    query = select(items.c.id, items.c.title).where(items.c.id.endswith(end, autoescape=True))
    return [(row.id, row.title) for row in connection.execute(query.order_by(items.c.id.desc()).limit(most))]
