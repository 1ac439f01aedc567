"""How the table of readers came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, String

from hydra_lab.kernel.database.columns import UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table itself."""
    op.create_table(
        "state_reads",
        Column("reader", String, primary_key=True),
        Column("at", UtcTime, nullable=False),
    )


MIGRATIONS = (create,)
