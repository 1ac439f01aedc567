"""How the limits' table came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Float, String

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table of what was spent."""
    op.create_table(
        "limits_usage",
        Column("day", String, primary_key=True),
        Column("unit", String, primary_key=True),
        Column("amount", Float, nullable=False),
    )


MIGRATIONS = (create,)
