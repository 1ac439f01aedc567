"""How the tables of the gateway came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Float, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Both of them."""
    op.create_table(
        "gateway_documents",
        Column("name", String, primary_key=True),
        Column("document", Json, nullable=False),
    )
    op.create_table(
        "gateway_usage",
        Column("hour", UtcTime, primary_key=True),
        Column("key", String, primary_key=True),
        Column("model", String, primary_key=True),
        Column("server", String, primary_key=True),
        Column("requests", Integer, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("prompt", BigInteger, nullable=False),
        Column("completion", BigInteger, nullable=False),
        Column("seconds", Float, nullable=False),
        Column("queued_s", Float, nullable=False),
        Column("first_token_s", Float, nullable=False),
        Column("first_tokens", Integer, nullable=False),
    )


MIGRATIONS = (create,)
