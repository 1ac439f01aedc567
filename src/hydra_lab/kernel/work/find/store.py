"""Which item is meant, and which wait for the same thing: the search's only SQL."""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from hydra_lab.kernel.work.model import HoldKind
from hydra_lab.kernel.work.tables import holds, items


def ending_in(connection: Connection, end: str, most: int) -> list[tuple[str, str]]:
    """``(id, title)`` of the items whose ids end so, newest first, at most so many."""
    query = select(items.c.id, items.c.title).where(items.c.id.endswith(end, autoescape=True))
    return [(row.id, row.title) for row in connection.execute(query.order_by(items.c.id.desc()).limit(most))]


def longest_on(connection: Connection, kind: HoldKind, ref: str, most: int) -> tuple[list[Row[Any]], int]:
    """The oldest holds of one kind on one thing, at most so many, and how many there are in all."""
    mine = (holds.c.kind == kind, holds.c.ref == ref)
    total = connection.execute(select(func.count()).select_from(holds).where(*mine)).scalar_one()
    found = connection.execute(select(holds).where(*mine).order_by(holds.c.since, holds.c.id).limit(most))
    return list(found.all()), total
