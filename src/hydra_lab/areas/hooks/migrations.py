"""How the tables of hooks came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, String

from hydra_lab.kernel.database.columns import UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Hooks, and what each has received lately."""
    op.create_table(
        "hooks_hooks",
        Column("name", String, primary_key=True),
        Column("scheme", String, nullable=False),
        Column("secret", String, nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("created_by", String, nullable=False),
        Column("last_at", UtcTime),
        Column("received", BigInteger, nullable=False),
    )
    op.create_table(
        "hooks_deliveries",
        Column("hook", String, primary_key=True),
        Column("delivery", String, primary_key=True),
        Column("event", BigInteger, nullable=False),
        Column("at", UtcTime, nullable=False),
    )
    op.create_index("ix_hooks_deliveries_at", "hooks_deliveries", ["at"])


MIGRATIONS = (create,)
