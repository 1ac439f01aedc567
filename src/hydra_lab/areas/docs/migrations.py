"""How the table of outlines came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, PrimaryKeyConstraint, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table itself."""
    op.create_table(
        "docs_outlines",
        Column("source", String(), nullable=False),
        Column("made_at", UtcTime, nullable=False),
        Column("version", String(), nullable=False),
        Column("endpoints", Integer(), nullable=False),
        Column("outline", Json, nullable=False),
        PrimaryKeyConstraint("source", "made_at"),
    )


MIGRATIONS = (create,)
