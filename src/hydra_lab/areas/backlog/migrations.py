"""How the tables of the backlog came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, String, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Documents and their entries."""
    op.create_table(
        "backlog_documents",
        Column("name", String(), nullable=False),
        Column("title", Text()),
        Column("text", Text(), nullable=False),
        Column("imported_at", UtcTime, nullable=False),
        Column("imported_by", String(), nullable=False),
        PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "backlog_entries",
        Column("backlog", String(), nullable=False),
        Column("key", String(), nullable=False),
        Column("position", Integer(), nullable=False),
        Column("section", String()),
        Column("title", Text(), nullable=False),
        Column("item", String(), nullable=False),
        Column("fingerprint", String(), nullable=False),
        Column("reported_done", Boolean(), nullable=False),
        Column("concluded", Boolean(), nullable=False),
        Column("planned", Json, nullable=False),
        ForeignKeyConstraint(["backlog"], ["backlog_documents.name"], ondelete="CASCADE"),
        PrimaryKeyConstraint("backlog", "key"),
    )
    op.create_index("backlog_entries_by_item", "backlog_entries", ["item"])


MIGRATIONS = (create,)
