"""What was seen of measurements, in the database."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from hydra_lab.areas.triggers.measuring.model import Measured
from hydra_lab.areas.triggers.tables import looks


def all_looks(connection: Connection) -> dict[str, tuple[datetime, Measured]]:
    """When each trigger's measurement was asked for last, and what is known of it, by trigger."""
    rows = connection.execute(select(looks))
    return {row.trigger: (row.asked_at, Measured.model_validate(row.measured)) for row in rows}


def of(connection: Connection, trigger: str) -> Measured | None:
    """What is known of one; ``None`` before the first look."""
    row = connection.execute(select(looks.c.measured).where(looks.c.trigger == trigger)).first()
    return Measured.model_validate(row.measured) if row else None


def keep(connection: Connection, trigger: str, asked_at: datetime, found: Measured) -> None:
    """Keep what a look gave."""
    forget(connection, trigger)
    values = {"trigger": trigger, "asked_at": asked_at, "measured": found.model_dump(mode="json")}
    connection.execute(looks.insert().values(**values))


def forget(connection: Connection, trigger: str) -> None:
    """Begin anew with one."""
    connection.execute(delete(looks).where(looks.c.trigger == trigger))
