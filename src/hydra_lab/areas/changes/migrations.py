"""How the table of changes came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, String, Text

from hydra_lab.kernel.database.columns import UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table itself."""
    op.create_table(
        "changes_applied",
        Column("node", String, primary_key=True),
        Column("project", String, primary_key=True),
        Column("config", Text, nullable=False),
        Column("at", UtcTime, nullable=False),
    )


MIGRATIONS = (create,)
