"""How the tables of images came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """All of them."""
    op.create_table(
        "images_measured",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("at", UtcTime, nullable=False),
        Column("stored", Json, nullable=False),
    )
    op.create_table(
        "images_rules",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("rules", Json, nullable=False),
    )
    op.create_table(
        "images_runs",
        Column("container", String, primary_key=True),
        Column("ref", String, primary_key=True),
        Column("last_at", UtcTime, nullable=False),
        Column("well_at", UtcTime),
    )
    op.create_index("ix_images_runs_last_at", "images_runs", ["last_at"])


def by_node(op: Operations) -> None:
    """What was measured on nodes."""
    op.create_table(
        "images_measured_on",
        Column("node", String, primary_key=True),
        Column("at", UtcTime, nullable=False),
        Column("stored", Json, nullable=False),
    )


MIGRATIONS = (create, by_node)
