"""How the tables of the GPU ledger came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Float, Integer, String, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Cards, leases, and what is learned of models."""
    op.create_table(
        "gpus_cards",
        Column("node", String(), primary_key=True),
        Column("index", Integer(), primary_key=True),
        Column("uuid", String(), nullable=False),
        Column("name", String()),
        Column("total_gib", Float()),
        Column("used_gib", Float()),
        Column("at", UtcTime),
    )
    op.create_table(
        "gpus_leases",
        Column("holder", String(), primary_key=True),
        Column("kind", String(), nullable=False),
        Column("title", Text(), nullable=False),
        Column("node", String()),
        Column("gpus", Json, nullable=False),
        Column("estimated_gib", Float()),
        Column("measured_gib", Float()),
        Column("base_gib", Float()),
        Column("priority", Integer(), nullable=False),
        Column("movable", Boolean(), nullable=False),
        Column("taken_at", UtcTime, nullable=False),
        Column("settled_at", UtcTime),
        Column("used_at", UtcTime),
        Column("busy_until", UtcTime),
        Column("server", String()),
        Column("model", String()),
        Column("item", String()),
        Column("attempt", Integer()),
    )
    op.create_table(
        "gpus_learned",
        Column("server", String(), primary_key=True),
        Column("model", String(), primary_key=True),
        Column("pinned", Boolean(), nullable=False),
        Column("priority", Integer(), nullable=False),
        Column("reload_s", Float()),
        Column("gib", Float()),
    )


def until_when_it_stays(op: Operations) -> None:
    """Until when a server says that a model stays, which moves with every use."""
    op.add_column("gpus_leases", Column("until", UtcTime))


MIGRATIONS = (create, until_when_it_stays)
