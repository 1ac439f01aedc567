"""What models said of items, in the database: the classification's only SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from hydra_lab.areas.backlog.classifying.model import Reading, State
from hydra_lab.areas.backlog.tables import readings
from hydra_lab.kernel.work.model import State as WorkState
from hydra_lab.kernel.work.tables import items

CHUNK = 500


def known(connection: Connection, digests: Sequence[str]) -> dict[str, Reading]:
    """What is known of these texts."""
    found: dict[str, Reading] = {}
    for place in range(0, len(digests), CHUNK):
        query = select(readings.c.reading).where(readings.c.digest.in_(digests[place : place + CHUNK]))
        found |= {one.digest: one for one in map(read, connection.execute(query).scalars())}
    return found


def read(value: Any) -> Reading:
    """A row's reading."""
    return Reading.model_validate(value)


def put(connection: Connection, one: Reading) -> None:
    """Keep a reading in place of the one of the same text."""
    connection.execute(delete(readings).where(readings.c.digest == one.digest))
    connection.execute(
        insert(readings).values(
            digest=one.digest, backlog=one.backlog, item=one.item, state=one.state, asked_at=one.asked_at,
            reading=one.model_dump(mode="json"),
        )
    )  # fmt: skip


def of_item(connection: Connection, item: str) -> Reading | None:
    """The newest reading of an item."""
    query = select(readings.c.reading).where(readings.c.item == item).order_by(readings.c.asked_at.desc()).limit(1)
    value = connection.execute(query).scalar()
    return None if value is None else read(value)


def to_choose(connection: Connection, backlog: str, limit: int) -> tuple[list[Reading], int]:
    """Readings of a backlog whose items wait for a person to choose, the oldest first, and how many there are."""
    here = (readings.c.backlog == backlog) & (readings.c.state == "proposed")
    waits = here & items.c.operation.is_(None) & (items.c.state == WorkState.HELD)
    joined = readings.join(items, items.c.id == readings.c.item)
    total = connection.execute(select(func.count()).select_from(joined).where(waits)).scalar_one()
    query = select(readings.c.reading).select_from(joined).where(waits).order_by(readings.c.asked_at, readings.c.digest)
    return [read(value) for value in connection.execute(query.limit(limit)).scalars()], total


def counts(connection: Connection, backlog: str) -> dict[State, int]:
    """How many readings of a backlog are in which state."""
    query = select(readings.c.state, func.count()).where(readings.c.backlog == backlog).group_by(readings.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}
