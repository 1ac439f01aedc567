"""Documents that wait to be imported: the drafts' only SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select

from hydra_lab.areas.backlog.store import drop_lists
from hydra_lab.areas.backlog.tables import drafts

DRAFT = "draft:"  # the owner of a draft's lists is this and its id
LIGHT = [column for column in drafts.c if column.name not in ("text", "sealed")]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A document that was looked at; ``text`` is empty where only the rest was asked for."""

    id: str
    backlog: str
    title: str | None
    text: str = ""
    made_at: datetime
    made_by: str
    report: dict[str, int]
    sealed: str | None = None


def draft(connection: Connection, id: str, *, text: bool = True) -> Draft | None:
    """A draft, ``None`` if there is none any more."""
    row = connection.execute((select(drafts) if text else select(*LIGHT)).where(drafts.c.id == id)).first()
    return Draft(**row._mapping) if row else None


def put(connection: Connection, one: Draft) -> None:
    """Keep a draft."""
    connection.execute(insert(drafts).values(vars(one)))


def drop(connection: Connection, ids: list[str]) -> bool:
    """Forget drafts and their lists; whether there were any."""
    for id in ids:
        drop_lists(connection, DRAFT + id)
    return connection.execute(delete(drafts).where(drafts.c.id.in_(ids))).rowcount > 0


def old(connection: Connection, before: datetime, most: int) -> list[str]:
    """Drafts made before a time, and those beyond the newest ``most``."""
    newest = select(drafts.c.id).order_by(drafts.c.made_at.desc(), drafts.c.id.desc()).limit(most)
    query = select(drafts.c.id).where(or_(drafts.c.made_at < before, drafts.c.id.not_in(newest)))
    return list(connection.execute(query).scalars())
