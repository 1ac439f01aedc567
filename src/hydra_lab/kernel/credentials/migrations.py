"""How the tables of credentials came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, ForeignKey, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Keys, sign-in links and sessions."""
    op.create_table(
        "credentials_keys",
        Column("id", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("kind", String, nullable=False),
        Column("scopes", Json, nullable=False),
        Column("hash", String, nullable=False, unique=True),
        Column("hint", String, nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("created_by", String, nullable=False),
        Column("expires_at", UtcTime),
        Column("last_used_at", UtcTime),
        Column("revoked_at", UtcTime),
    )
    op.create_table(
        "credentials_links",
        Column("hash", String, primary_key=True),
        Column("expires_at", UtcTime, nullable=False),
    )
    op.create_table(
        "credentials_sessions",
        Column("hash", String, primary_key=True),
        Column("key", String, ForeignKey("credentials_keys.id", ondelete="CASCADE"), nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("expires_at", UtcTime, nullable=False),
    )
    op.create_index("ix_credentials_sessions_key", "credentials_sessions", ["key"])


def links_for_approvals(op: Operations) -> None:
    """Links that answer one question."""
    op.create_table(
        "credentials_approval_links",
        Column("hash", String, primary_key=True),
        Column("approval", String, nullable=False),
        Column("item", String, nullable=False),
        Column("channel", String, nullable=False),
        Column("expires_at", UtcTime, nullable=False),
        Column("used_at", UtcTime),
    )


def sessions_by_other_ways(op: Operations) -> None:
    """Sessions of people who have no key here, and by what way and from where each was opened."""
    with op.batch_alter_table("credentials_sessions") as table:
        table.alter_column("key", existing_type=String(), nullable=True)
        table.add_column(Column("identity", Json))
        for name in ("name", "way", "address", "agent"):
            table.add_column(Column(name, String))
        table.add_column(Column("seen_at", UtcTime))


MIGRATIONS = (create, links_for_approvals, sessions_by_other_ways)
