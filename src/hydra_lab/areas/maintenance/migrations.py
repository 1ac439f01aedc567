"""How the table of disk measurements came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, PrimaryKeyConstraint, String

from hydra_lab.kernel.database.columns import UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table itself."""
    op.create_table(
        "maintenance_disk_samples",
        Column("node", String(), nullable=False),
        Column("mount", String(), nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("total", BigInteger(), nullable=False),
        Column("free", BigInteger(), nullable=False),
        PrimaryKeyConstraint("node", "mount", "at"),
    )


MIGRATIONS = (create,)
