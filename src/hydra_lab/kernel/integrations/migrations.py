"""How the tables of integrations came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Float, String, Text

from hydra_lab.kernel.database.columns import UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Sealed settings, and what was last seen."""
    op.create_table(
        "integrations_values",
        Column("integration", String, primary_key=True),
        Column("field", String, primary_key=True),
        Column("sealed", Text, nullable=False),
        Column("set_by", String, nullable=False),
        Column("set_at", UtcTime, nullable=False),
    )
    op.create_table(
        "integrations_states",
        Column("integration", String, primary_key=True),
        Column("status", String, nullable=False),
        Column("detail", Text),
        Column("version", String),
        Column("since", UtcTime, nullable=False),
        Column("checked_at", UtcTime, nullable=False),
        Column("latency_ms", Float),
    )


MIGRATIONS = (create,)
