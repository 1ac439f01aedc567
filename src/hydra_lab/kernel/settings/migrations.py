"""How the table of settings came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table of settings set in the program."""
    op.create_table(
        "settings_values",
        Column("name", String, primary_key=True),
        Column("value", Json, nullable=False),
        Column("set_by", String, nullable=False),
        Column("set_at", UtcTime, nullable=False),
    )


MIGRATIONS = (create,)
