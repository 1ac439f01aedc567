"""Containers in the database: the area's only SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.containers.model import CONTAINER
from hydra_lab.areas.containers.tables import seen, source
from hydra_lab.kernel.capabilities import Container

ONE = 1


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far the event stream was followed. ``recent`` are keys of the last events, for those that come out of turn.

    ``turn`` grows with every move, so that of two that follow at once only one goes on.
    """

    turn: int
    at_ns: int
    recent: tuple[str, ...]
    lost_at: datetime | None = None
    detail: str | None = None


def place(connection: Connection) -> Place | None:
    """The place; ``None`` before the first look."""
    row = connection.execute(select(source).where(source.c.id == ONE)).first()
    if row is None:
        return None
    return Place(turn=row.turn, at_ns=row.at_ns, recent=tuple(row.recent), lost_at=row.lost_at, detail=row.detail)


def move(connection: Connection, before: Place | None, after: Place) -> bool:
    """Go on from a place; ``False`` when somebody else has gone on from there already."""
    values = {
        "at_ns": after.at_ns, "recent": list(after.recent), "lost_at": after.lost_at, "detail": after.detail,
        "turn": after.turn,
    }  # fmt: skip
    if before is None:
        connection.execute(insert(source).values(id=ONE, **values))
        return True
    change = update(source).where(source.c.id == ONE, source.c.turn == before.turn)
    return connection.execute(change.values(values)).rowcount == 1


def in_turn(connection: Connection) -> None:
    """Until this transaction ends, whoever else asks for a turn waits."""
    connection.execute(select(source.c.id).where(source.c.id == ONE).with_for_update())


def all_seen(connection: Connection) -> dict[str, Container]:
    """Every container as it was last seen, by id."""
    rows = connection.execute(select(seen).order_by(seen.c.name))
    return {row.id: CONTAINER.validate_python(row.container) for row in rows}


def put_seen(connection: Connection, containers: Iterable[Container], at: datetime) -> None:
    """Keep how containers are now."""
    for one in containers:
        forget(connection, one.id)
        row = {"id": one.id, "name": one.name, "container": CONTAINER.dump_python(one, mode="json"), "at": at}
        connection.execute(insert(seen).values(row))


def forget(connection: Connection, id: str) -> None:
    """Drop a container that is gone."""
    connection.execute(delete(seen).where(seen.c.id == id))


def image_id_of(connection: Connection, id: str) -> str | None:
    """The image that a container was made from, as it was last seen; ``None`` for one that is gone."""
    row = connection.execute(select(seen.c.container).where(seen.c.id == id)).first()
    return CONTAINER.validate_python(row.container).image_id if row else None


def seen_named(connection: Connection, name: str) -> Container | None:
    """A container as it was last seen, by its name; ``None`` for one that is gone."""
    row = connection.execute(select(seen.c.container).where(seen.c.name == name)).first()
    return CONTAINER.validate_python(row.container) if row else None
