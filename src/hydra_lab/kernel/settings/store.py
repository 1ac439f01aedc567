"""Settings in the database: the settings room's only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from hydra_lab.kernel.settings.tables import values


def stored(connection: Connection) -> dict[str, Any]:
    """Every value set in the program, by dotted name."""
    return {row.name: row.value for row in connection.execute(select(values.c.name, values.c.value))}


def marks(connection: Connection) -> dict[str, tuple[str, datetime]]:
    """Who set each value in the program, and when."""
    rows = connection.execute(select(values.c.name, values.c.set_by, values.c.set_at))
    return {row.name: (row.set_by, row.set_at) for row in rows}


def put(connection: Connection, name: str, value: Any, by: str, at: datetime) -> None:
    """Keep a value in place of the one there."""
    forget(connection, name)
    connection.execute(insert(values).values(name=name, value=value, set_by=by, set_at=at))


def forget(connection: Connection, name: str) -> None:
    """Drop a value, so that the next weaker source speaks."""
    connection.execute(delete(values).where(values.c.name == name))
