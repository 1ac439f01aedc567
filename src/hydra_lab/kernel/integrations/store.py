"""Integrations in the database: the integrations room's only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from hydra_lab.kernel.integrations.model import IntegrationState
from hydra_lab.kernel.integrations.tables import states, values


def sealed_values(connection: Connection) -> dict[str, dict[str, str]]:
    """What was set in the program: ``{integration: {field: sealed JSON}}``."""
    found: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(values)):
        found.setdefault(row.integration, {})[row.field] = row.sealed
    return found


def revision(connection: Connection) -> tuple[datetime | None, int]:
    """Changes when any value does: another node may have configured something."""
    row = connection.execute(select(func.max(values.c.set_at), func.count())).one()
    return (row[0], row[1])


def put_value(connection: Connection, integration: str, field: str, sealed: str, by: str, at: datetime) -> None:
    """Keep a sealed value in place of the one there."""
    forget_value(connection, integration, field)
    row = {"integration": integration, "field": field, "sealed": sealed, "set_by": by, "set_at": at}
    connection.execute(insert(values).values(row))


def forget_value(connection: Connection, integration: str, field: str) -> None:
    """Drop a value."""
    connection.execute(delete(values).where(values.c.integration == integration, values.c.field == field))


def seen_of(connection: Connection, integration: str) -> Row[Any] | None:
    """What the last probe of an integration saw; held against other nodes until this transaction ends."""
    return connection.execute(select(states).where(states.c.integration == integration).with_for_update()).first()


def put_seen(connection: Connection, state: IntegrationState) -> None:
    """Keep what a probe saw."""
    forget_seen(connection, state.name)
    connection.execute(
        insert(states).values(
            integration=state.name,
            status=state.status.value,
            detail=state.detail,
            version=state.version,
            since=state.since,
            checked_at=state.checked_at,
            latency_ms=state.latency_ms,
        )
    )


def forget_seen(connection: Connection, integration: str) -> None:
    """Drop what was seen: it was of a system that is no longer configured."""
    connection.execute(delete(states).where(states.c.integration == integration))
