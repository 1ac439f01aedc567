"""How the tables of reconciling came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Integer, String, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """All of them."""
    op.create_table(
        "reconcile_revisions",
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("at", UtcTime, nullable=False),
        Column("author", String, nullable=False),
        Column("note", Text),
        Column("digest", String, nullable=False),
        Column("sealed", Text, nullable=False),
        Column("diff", Text, nullable=False),
    )
    op.create_table(
        "reconcile_runs",
        Column("id", String, primary_key=True),
        Column("at", UtcTime, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("author", String, nullable=False),
        Column("item", String),
        Column("outcome", String, nullable=False),
        Column("done", Json, nullable=False),
    )
    op.create_index("ix_reconcile_runs_at", "reconcile_runs", ["at"])
    op.create_table(
        "reconcile_bad",
        Column("name", String, primary_key=True),
        Column("digest", String, primary_key=True),
        Column("revision", Integer, nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("why", Text, nullable=False),
    )
    op.create_table(
        "reconcile_watching",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("rules", Json, nullable=False),
        Column("seen", Json, nullable=False),
    )


def replacing(op: Operations) -> None:
    """Containers that are being replaced, and by which work."""
    op.create_table(
        "reconcile_replacing",
        Column("name", String, primary_key=True),
        Column("item", String, nullable=False),
        Column("ran", Boolean, nullable=False),
    )


MIGRATIONS = (create, replacing)
