"""Changes in the database: the area's only SQL."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from hydra_lab.areas.changes.tables import applied


def last_applied(connection: Connection, node: str, project: str) -> str | None:
    """The sealed configuration that was applied last to a compose project; ``None`` before the first time."""
    c = applied.c
    return connection.execute(select(c.config).where(c.node == node, c.project == project)).scalar()


def put_applied(connection: Connection, node: str, project: str, config: str, at: datetime) -> None:
    """Keep a sealed configuration in place of the one before."""
    c = applied.c
    connection.execute(delete(applied).where(c.node == node, c.project == project))
    connection.execute(insert(applied).values(node=node, project=project, config=config, at=at))
