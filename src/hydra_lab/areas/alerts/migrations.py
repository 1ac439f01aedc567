"""How the tables of alerts came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, Column, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """What was told of, and the source of alerts."""
    op.create_table(
        "alerts_told",
        Column("fingerprint", String, primary_key=True),
        Column("labels", Json, nullable=False),
        Column("annotations", Json, nullable=False),
        Column("starts_at", UtcTime, nullable=False),
        Column("firing", Boolean, nullable=False),
        Column("source", String, nullable=False),
        Column("changed_at", UtcTime, nullable=False),
    )
    op.create_table(
        "alerts_sources",
        Column("id", Integer, primary_key=True),
        Column("turns", BigInteger, nullable=False),
        Column("asked_at", UtcTime),
        Column("answer", Json),
        Column("lost_at", UtcTime),
        Column("secret", String),
        Column("secret_at", UtcTime),
        Column("secret_by", String),
        Column("received_at", UtcTime),
        Column("received", BigInteger, nullable=False),
    )


MIGRATIONS = (create,)
