"""Models in the database: the area's only SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.models.model import SEEN, Seen
from hydra_lab.areas.models.tables import learned, servers


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a model took when it was last loaded: memory as it was measured, and seconds."""

    gib: float | None
    load_s: float | None
    at: datetime


def all_seen(connection: Connection) -> dict[str, Seen]:
    """Every server as it was last seen, by id."""
    rows = connection.execute(select(servers.c.id, servers.c.seen).order_by(servers.c.id))
    return {row.id: SEEN.validate_python(row.seen) for row in rows}


def seen_of(connection: Connection, id: str) -> Seen | None:
    """One server as it was last seen."""
    row = connection.execute(select(servers.c.seen).where(servers.c.id == id)).first()
    return SEEN.validate_python(row.seen) if row else None


def put(connection: Connection, before: Seen | None, after: Seen) -> bool:
    """Keep how a server is now; ``False`` when somebody else has looked since ``before``."""
    values = {"turn": after.turn, "seen": SEEN.dump_python(after, mode="json")}
    if before is None:
        connection.execute(insert(servers).values(id=after.id, **values))
        return True
    change = update(servers).where(servers.c.id == after.id, servers.c.turn == before.turn)
    return connection.execute(change.values(values)).rowcount == 1


def forget(connection: Connection, id: str) -> None:
    """Drop what is kept of a server."""
    connection.execute(delete(servers).where(servers.c.id == id))


def learn(connection: Connection, server: str, model: str, what: Learned) -> None:
    """Keep what loading a model took, in place of what was kept before; what was not measured stays as it was."""
    known = {name: value for name, value in vars(what).items() if value is not None}
    here = (learned.c.server == server, learned.c.model == model)
    if not connection.execute(update(learned).where(*here).values(known)).rowcount:
        connection.execute(insert(learned).values(server=server, model=model, **known))


def learned_of(connection: Connection, server: str) -> Mapping[str, Learned]:
    """What loading each model of a server took."""
    rows = connection.execute(select(learned).where(learned.c.server == server))
    return {row.model: Learned(gib=row.gib, load_s=row.load_s, at=row.at) for row in rows}
