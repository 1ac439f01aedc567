"""Rules of idleness in the database: the area's only SQL."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from hydra_lab.areas.broker.model import IdleRule
from hydra_lab.areas.broker.tables import rules


def idle_rules(connection: Connection) -> list[IdleRule]:
    """Every rule, the first that counts at the top."""
    rows = connection.execute(select(rules.c.server, rules.c.model, rules.c.idle_minutes).order_by(rules.c.place))
    return [IdleRule(**row._mapping) for row in rows]


def put_idle_rules(connection: Connection, found: Sequence[IdleRule]) -> None:
    """These rules and no others."""
    connection.execute(delete(rules))
    if found:
        rows = [{"place": place, **one.model_dump()} for place, one in enumerate(found)]
        connection.execute(insert(rules), rows)
