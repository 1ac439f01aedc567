"""Nodes in the database: the area's only SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from hydra_lab.areas.nodes.model import SEEN, Seen
from hydra_lab.areas.nodes.tables import metrics, samples, seen


@dataclass(frozen=True, kw_only=True)
class Point:
    """What was measured of a node (``card`` is empty) or of a card at a time; ``None`` where nobody knew."""

    node: str
    card: str
    at: datetime
    power_w: float | None = None
    memory_gib: float | None = None
    temperature_c: float | None = None
    used_percent: float | None = None


@dataclass(frozen=True, kw_only=True)
class Heard:
    """When a source of metrics answered last, and since when and why it does not."""

    name: str
    heard_at: datetime | None = None
    lost_at: datetime | None = None
    detail: str | None = None


def all_seen(connection: Connection) -> dict[str, Seen]:
    """Every node as it was last seen, by name."""
    return {row.name: SEEN.validate_python(row.seen) for row in connection.execute(select(seen.c.name, seen.c.seen))}


def seen_of(connection: Connection, name: str) -> Seen | None:
    """One node as it was last seen."""
    row = connection.execute(select(seen.c.seen).where(seen.c.name == name)).first()
    return SEEN.validate_python(row.seen) if row else None


def put(connection: Connection, before: Seen | None, after: Seen) -> bool:
    """Keep how a node is now; ``False`` when somebody else has looked since ``before``."""
    values = {"turn": after.turn, "seen": SEEN.dump_python(after, mode="json")}
    if before is None:
        connection.execute(insert(seen).values(name=after.name, **values))
        return True
    change = update(seen).where(seen.c.name == after.name, seen.c.turn == before.turn)
    return connection.execute(change.values(values)).rowcount == 1


def forget(connection: Connection, name: str) -> None:
    """Drop what is kept of a node."""
    connection.execute(delete(seen).where(seen.c.name == name))
    connection.execute(delete(samples).where(samples.c.node == name))


def add_points(connection: Connection, points: Sequence[Point]) -> None:
    """Keep measurements for the plots."""
    if points:
        connection.execute(insert(samples), [vars(one) for one in points])


def last_point_at(connection: Connection, node: str) -> datetime | None:
    """When a node's last measurement was kept."""
    found: datetime | None = connection.execute(select(func.max(samples.c.at)).where(samples.c.node == node)).scalar()
    return found


def points(connection: Connection, node: str, since: datetime) -> list[Point]:
    """A node's measurements and its cards', oldest first."""
    c = samples.c
    columns = (c.node, c.card, c.at, c.power_w, c.memory_gib, c.temperature_c, c.used_percent)
    rows = connection.execute(select(*columns).where(c.node == node, c.at >= since).order_by(c.at))
    return [Point(**row._mapping) for row in rows]


def prune(connection: Connection, before: datetime) -> int:
    """Forget measurements older than a time; how many there were."""
    return connection.execute(delete(samples).where(samples.c.at < before)).rowcount


def heard(connection: Connection, name: str) -> Heard:
    """How a source of metrics is."""
    row = connection.execute(select(metrics).where(metrics.c.name == name)).first()
    return Heard(**row._mapping) if row else Heard(name=name)


def put_heard(connection: Connection, one: Heard) -> None:
    """Keep how a source of metrics is."""
    connection.execute(delete(metrics).where(metrics.c.name == one.name))
    connection.execute(insert(metrics).values(vars(one)))
