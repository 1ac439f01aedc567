"""How the tables of presence came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Date, Float, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """All of them."""
    op.create_table(
        "presence_seen",
        Column("source", String, primary_key=True),
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("value", String),
        Column("since", UtcTime, nullable=False),
    )
    op.create_table(
        "presence_sources",
        Column("name", String, primary_key=True),
        Column("told_at", UtcTime),
        Column("lost_at", UtcTime),
        Column("detail", String),
    )
    op.create_table(
        "presence_kept",
        Column("name", String, primary_key=True),
        Column("data", Json, nullable=False),
    )
    op.create_table(
        "presence_changes",
        Column("id", String, primary_key=True),
        Column("at", UtcTime, nullable=False),
        Column("told", Json, nullable=False),
    )
    op.create_index("ix_presence_changes_at", "presence_changes", ["at"])
    op.create_table(
        "presence_cards",
        Column("uuid", String, primary_key=True),
        Column("node", String, nullable=False),
        Column("name", String, nullable=False),
        Column("before_w", Float),
        Column("set_w", Float),
        Column("trouble", String),
        Column("again", Boolean, nullable=False),
        Column("measured_at", UtcTime),
        Column("measured_w", Float),
    )
    op.create_table(
        "presence_lanes",
        Column("lane", String, primary_key=True),
        Column("reason", String, nullable=False),
    )
    op.create_table(
        "presence_energy",
        Column("day", Date, primary_key=True),
        Column("uuid", String, primary_key=True),
        Column("node", String, nullable=False),
        Column("name", String, nullable=False),
        Column("wh", Float, nullable=False),
        Column("measured_s", Float, nullable=False),
    )


MIGRATIONS = (create,)
