"""How the tables of triggers came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The rules, and what each has started lately."""
    op.create_table(
        "triggers_triggers",
        Column("id", String, primary_key=True),
        Column("trigger", Json, nullable=False),
        Column("set_by", String, nullable=False),
        Column("set_at", UtcTime, nullable=False),
        Column("started", BigInteger, nullable=False),
        Column("started_at", UtcTime),
        Column("last_at", UtcTime),
        Column("last_outcome", String),
        Column("last_detail", String),
        Column("last_item", String),
    )
    op.create_table(
        "triggers_starts",
        Column("trigger", String, primary_key=True),
        Column("event", BigInteger, primary_key=True),
        Column("at", UtcTime, nullable=False),
    )


def measure(op: Operations) -> None:
    """What was seen of the measurements that triggers wait for."""
    op.create_table(
        "triggers_looks",
        Column("trigger", String, primary_key=True),
        Column("asked_at", UtcTime, nullable=False),
        Column("measured", Json, nullable=False),
    )


MIGRATIONS = (create, measure)
