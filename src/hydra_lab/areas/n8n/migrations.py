"""How the tables of n8n came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Snapshots, and the place in the list of runs."""
    op.create_table(
        "n8n_snapshots",
        Column("id", String, primary_key=True),
        Column("workflow", String, nullable=False),
        Column("name", String, nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("item", String),
        Column("content", Json, nullable=False),
        Column("restored_at", UtcTime),
    )
    op.create_index("ix_n8n_snapshots_at", "n8n_snapshots", ["at"])
    op.create_table(
        "n8n_source",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("last_run", BigInteger, nullable=False),
    )


MIGRATIONS = (create,)
