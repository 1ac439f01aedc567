"""How the table of rules of idleness came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Float, Integer, String

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table itself."""
    op.create_table(
        "broker_rules",
        Column("place", Integer(), primary_key=True, autoincrement=False),
        Column("server", String(), nullable=False),
        Column("model", String(), nullable=False),
        Column("idle_minutes", Float()),
    )


MIGRATIONS = (create,)
