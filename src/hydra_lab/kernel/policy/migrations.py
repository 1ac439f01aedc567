"""How the tables of policy came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, String, Text

from hydra_lab.kernel.database.columns import UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The mode in force, and the documents."""
    op.create_table(
        "policy_modes",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("mode", String, nullable=False),
        Column("since", UtcTime, nullable=False),
        Column("until", UtcTime),
        Column("reason", Text),
    )
    op.create_table(
        "policy_documents",
        Column("id", Integer, primary_key=True),
        Column("text", Text, nullable=False),
        Column("set_by", String, nullable=False),
        Column("set_at", UtcTime, nullable=False),
    )


def say_who(op: Operations) -> None:
    """Who set the mode."""
    op.add_column("policy_modes", Column("set_by", String))


MIGRATIONS = (create, say_who)
