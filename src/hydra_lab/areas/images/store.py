"""Images in the database: the area's only SQL."""

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.images.model import Rules, Run
from hydra_lab.areas.images.tables import measured, measured_on, rules, runs
from hydra_lab.kernel.capabilities import Stored

STORED: TypeAdapter[Stored] = TypeAdapter(Stored)
ONE = 1


def last_measured(connection: Connection, node: str = "") -> tuple[Stored, datetime] | None:
    """What was measured last on one host, and when; ``None`` before the first time."""
    mine = select(measured_on).where(measured_on.c.node == node) if node else select(measured)
    row = connection.execute(mine).first()
    return (STORED.validate_python(row.stored), row.at) if row else None


def put_measured(connection: Connection, stored: Stored, at: datetime, node: str = "") -> None:
    """Keep a measurement in place of the last one of the same host."""
    values = {"at": at, "stored": STORED.dump_python(stored, mode="json")}
    if node:
        connection.execute(delete(measured_on).where(measured_on.c.node == node))
        connection.execute(insert(measured_on).values(node=node, **values))
    else:
        connection.execute(delete(measured))
        connection.execute(insert(measured).values(id=ONE, **values))


def the_rules(connection: Connection) -> Rules:
    """The owner's rules."""
    row = connection.execute(select(rules.c.rules).where(rules.c.id == ONE)).first()
    return Rules.model_validate(row.rules) if row else Rules()


def put_rules(connection: Connection, wanted: Rules) -> None:
    """Keep the owner's rules."""
    connection.execute(delete(rules))
    connection.execute(insert(rules).values(id=ONE, rules=wanted.model_dump(mode="json")))


def all_runs(connection: Connection) -> list[Run]:
    """Which container ran from what, the last first."""
    rows = connection.execute(select(runs).order_by(runs.c.last_at.desc()))
    return [Run(container=row.container, ref=row.ref, last_at=row.last_at, well_at=row.well_at) for row in rows]


def note_run(connection: Connection, container: str, ref: str, at: datetime, *, well: bool = False) -> None:
    """Note that a container ran from an image (its id, or its name where that is all that is known) at a time."""
    fits = (runs.c.container == container, runs.c.ref == ref)
    row = connection.execute(select(runs).where(*fits)).first()
    well_at = at if well else None
    if row is None:
        connection.execute(insert(runs).values(container=container, ref=ref, last_at=at, well_at=well_at))
        return
    values = {"last_at": max(row.last_at, at), "well_at": max(filter(None, (row.well_at, well_at)), default=None)}
    connection.execute(update(runs).where(*fits).values(values))


def forget_runs(connection: Connection, before: datetime) -> None:
    """Forget what ran last before a time."""
    connection.execute(delete(runs).where(runs.c.last_at < before))
