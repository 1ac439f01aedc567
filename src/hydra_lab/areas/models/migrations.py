"""How the tables of models came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Float, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Both of them."""
    op.create_table(
        "models_servers",
        Column("id", String, primary_key=True),
        Column("turn", Integer, nullable=False),
        Column("seen", Json, nullable=False),
    )
    op.create_table(
        "models_learned",
        Column("server", String, primary_key=True),
        Column("model", String, primary_key=True),
        Column("gib", Float),
        Column("load_s", Float),
        Column("at", UtcTime, nullable=False),
    )


MIGRATIONS = (create,)
