"""How the tables of containers came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """What was last seen, and the place in the event stream."""
    op.create_table(
        "containers_seen",
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("container", Json, nullable=False),
        Column("at", UtcTime, nullable=False),
    )
    op.create_table(
        "containers_source",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("turn", BigInteger, nullable=False),
        Column("at_ns", BigInteger, nullable=False),
        Column("recent", Json, nullable=False),
        Column("lost_at", UtcTime),
        Column("detail", String),
    )


def heal(op: Operations) -> None:
    """Attempts to heal, and what holds for all of them."""
    op.create_table(
        "containers_remediations",
        Column("id", String, primary_key=True),
        Column("container", String, nullable=False),
        Column("outcome", String, nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("told", Json, nullable=False),
    )
    op.create_index("ix_containers_remediations_at", "containers_remediations", ["at"])
    op.create_table(
        "containers_healing",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("healing", Json, nullable=False),
    )


MIGRATIONS = (create, heal)
