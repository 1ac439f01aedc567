"""How the tables of nodes came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Float, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """How each node was last seen, and the history."""
    op.create_table(
        "nodes_seen",
        Column("name", String, primary_key=True),
        Column("turn", BigInteger, nullable=False),
        Column("seen", Json, nullable=False),
    )
    op.create_table(
        "nodes_samples",
        Column("id", Integer, primary_key=True),
        Column("node", String, nullable=False),
        Column("card", String, nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("power_w", Float),
        Column("memory_gib", Float),
        Column("temperature_c", Float),
        Column("used_percent", Float),
    )
    op.create_index("ix_nodes_samples_node_at", "nodes_samples", ["node", "at"])


def metrics(op: Operations) -> None:
    """When a source of metrics last answered, and since when it does not."""
    op.create_table(
        "nodes_metrics",
        Column("name", String, primary_key=True),
        Column("heard_at", UtcTime),
        Column("lost_at", UtcTime),
        Column("detail", String),
    )


MIGRATIONS = (create, metrics)
