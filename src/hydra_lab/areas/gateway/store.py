"""The gateway in the database: the area's only SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update

from hydra_lab.areas.gateway.tables import documents, usage

if TYPE_CHECKING:
    from hydra_lab.areas.gateway.serving.counting import Record


@dataclass(frozen=True, kw_only=True)
class Used:
    """What some requests took. ``first_token_s`` is the sum of ``first_tokens`` of them."""

    requests: int = 0
    failures: int = 0
    prompt: int = 0
    completion: int = 0
    seconds: float = 0.0
    queued_s: float = 0.0
    first_token_s: float = 0.0
    first_tokens: int = 0

    @classmethod
    def of(cls, record: Record) -> Used:
        """What one request took."""
        return cls(
            requests=1, failures=int(record.failure is not None), prompt=record.prompt or 0,
            completion=record.completion or 0, seconds=record.seconds, queued_s=record.queued_s,
            first_token_s=record.first_token_s or 0.0, first_tokens=int(record.first_token_s is not None),
        )  # fmt: skip

    def __add__(self, other: Used) -> Used:
        return Used(**{name: getattr(self, name) + getattr(other, name) for name in SUMS})


SUMS = tuple(one.name for one in fields(Used))


def document(connection: Connection, name: str) -> Any:
    """What the owner set under a name, ``None`` if nothing."""
    return connection.execute(select(documents.c.document).where(documents.c.name == name)).scalar()


def put_document(connection: Connection, name: str, value: Any) -> None:
    """Keep what the owner set in place of what was."""
    connection.execute(delete(documents).where(documents.c.name == name))
    connection.execute(insert(documents).values(name=name, document=value))


def add_usage(connection: Connection, rows: Mapping[tuple[datetime, str, str, str], Used]) -> None:
    """Add to what was used in each hour."""
    c = usage.c
    for (hour, key, model, server), used in rows.items():
        here = (c.hour == hour) & (c.key == key) & (c.model == model) & (c.server == server)
        sums = {name: c[name] + value for name, value in asdict(used).items()}
        if not connection.execute(update(usage).where(here).values(sums)).rowcount:
            connection.execute(insert(usage).values(hour=hour, key=key, model=model, server=server, **asdict(used)))


def spent_since(connection: Connection, begins: datetime) -> dict[str, tuple[int, int]]:
    """Requests and tokens by key since a time."""
    c = usage.c
    sums = func.sum(c.requests), func.sum(c.prompt + c.completion)
    rows = connection.execute(select(c.key, *sums).where(c.hour >= begins).group_by(c.key))
    return {key: (int(requests), int(tokens)) for key, requests, tokens in rows}


def used_by(connection: Connection, column: str, begins: datetime) -> dict[str, Used]:
    """What was used since a time, by ``model``, ``key`` or ``server``, the most requests first."""
    c = usage.c
    by, sums = c[column], [func.sum(c[name]).label(name) for name in SUMS]
    query = select(by, *sums).where(c.hour >= begins).group_by(by).order_by(func.sum(c.requests).desc(), by)
    return {row[0]: used_of(row) for row in connection.execute(query)}


def used_by_hour(connection: Connection, begins: datetime) -> dict[datetime, Used]:
    """What was used in each hour since a time."""
    sums = [func.sum(usage.c[name]).label(name) for name in SUMS]
    query = select(usage.c.hour, *sums).where(usage.c.hour >= begins).group_by(usage.c.hour).order_by(usage.c.hour)
    return {row[0]: used_of(row) for row in connection.execute(query)}


def forget_before(connection: Connection, hour: datetime) -> None:
    """Drop what is older."""
    connection.execute(delete(usage).where(usage.c.hour < hour))


def used_of(row: Any) -> Used:
    """A row's sums; whole numbers stay whole."""
    return Used(**{name: type(getattr(Used(), name))(getattr(row, name)) for name in SUMS})
