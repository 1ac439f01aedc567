"""Containers in the database: the area's only SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.containers.model import CONTAINER
from hydra_lab.areas.containers.tables import seen, source
from hydra_lab.kernel.capabilities import Container


@dataclass(frozen=True, kw_only=True)
class Place:
    """How far a host's event stream was followed, and when it answered last.

    ``recent`` are keys of the last events, for those that come out of turn.

    ``turn`` grows with every move, so that of two that follow at once only one goes on.
    """

    turn: int
    at_ns: int
    recent: tuple[str, ...]
    lost_at: datetime | None = None
    detail: str | None = None
    heard_at: datetime | None = None


def places(connection: Connection) -> dict[str, Place]:
    """The place of each host that was looked at, by node."""
    return {row.node: place_of(row) for row in connection.execute(select(source).order_by(source.c.node))}


def place(connection: Connection, node: str) -> Place | None:
    """The place of one host; ``None`` before the first look."""
    row = connection.execute(select(source).where(source.c.node == node)).first()
    return None if row is None else place_of(row)


def place_of(row: Any) -> Place:
    """A place as it is kept."""
    return Place(
        turn=row.turn, at_ns=row.at_ns, recent=tuple(row.recent), lost_at=row.lost_at, detail=row.detail,
        heard_at=row.heard_at,
    )  # fmt: skip


def note_heard(connection: Connection, node: str, at: datetime) -> None:
    """Remember that a host has answered."""
    connection.execute(update(source).where(source.c.node == node).values(heard_at=at))


def move(connection: Connection, node: str, before: Place | None, after: Place) -> bool:
    """Go on from a place; ``False`` when somebody else has gone on from there already."""
    values = {
        "at_ns": after.at_ns, "recent": list(after.recent), "lost_at": after.lost_at, "detail": after.detail,
        "turn": after.turn,
    }  # fmt: skip
    if before is None:
        connection.execute(insert(source).values(node=node, **values))
        return True
    change = update(source).where(source.c.node == node, source.c.turn == before.turn)
    return connection.execute(change.values(values)).rowcount == 1


def in_turn(connection: Connection) -> None:
    """Until this transaction ends, whoever else asks for a turn waits."""
    connection.execute(select(source.c.node).order_by(source.c.node).with_for_update())


def all_seen(connection: Connection) -> dict[str, Container]:
    """Every container as it was last seen, by id."""
    rows = connection.execute(select(seen).order_by(seen.c.name))
    return {row.id: CONTAINER.validate_python(row.container) for row in rows}


def forget_node(connection: Connection, node: str) -> None:
    """Drop a host that is no more, and its containers."""
    for id in [id for id, one in all_seen(connection).items() if one.node == node]:
        forget(connection, id)
    connection.execute(delete(source).where(source.c.node == node))


def put_seen(connection: Connection, containers: Iterable[Container], at: datetime) -> None:
    """Keep how containers are now."""
    for one in containers:
        forget(connection, one.id)
        row = {"id": one.id, "name": one.name, "container": CONTAINER.dump_python(one, mode="json"), "at": at}
        connection.execute(insert(seen).values(row))


def forget(connection: Connection, id: str) -> None:
    """Drop a container that is gone."""
    connection.execute(delete(seen).where(seen.c.id == id))


def seen_by_id(connection: Connection, id: str) -> Container | None:
    """A container as it was last seen; ``None`` for one that is gone."""
    row = connection.execute(select(seen.c.container).where(seen.c.id == id)).first()
    return CONTAINER.validate_python(row.container) if row else None


def seen_named(connection: Connection, name: str) -> Container | None:
    """A container as it was last seen, by its name; ``None`` for one that is gone."""
    row = connection.execute(select(seen.c.container).where(seen.c.name == name)).first()
    return CONTAINER.validate_python(row.container) if row else None
