"""How the tables of notifications came to be. New steps go to the end; a step that was released never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """All of them."""
    op.create_table(
        "notifications_rules",
        Column("id", String, primary_key=True),
        Column("rule", Json, nullable=False),
        Column("set_by", String, nullable=False),
        Column("set_at", UtcTime, nullable=False),
    )
    op.create_table(
        "notifications_messages",
        Column("id", String, primary_key=True),
        Column("channel", String, nullable=False),
        Column("bundle", String, nullable=False),
        Column("rule", String, nullable=False),
        Column("title", String, nullable=False),
        Column("severity", String, nullable=False),
        Column("state", String, nullable=False),
        Column("parts", Json, nullable=False),
        Column("kinds", Json, nullable=False),
        Column("quiet", Boolean, nullable=False),
        Column("created_at", UtcTime, nullable=False),
        Column("due_at", UtcTime, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("owner", String),
        Column("lease_until", UtcTime),
        Column("sent_at", UtcTime),
        Column("error", Json),
    )
    op.create_index("notifications_messages_by_state", "notifications_messages", ["state", "due_at"])
    op.create_table(
        "notifications_channels",
        Column("name", String, primary_key=True),
        Column("off_since", UtcTime),
        Column("reason", String),
        Column("paused_until", UtcTime),
    )
    op.create_table(
        "notifications_recent",
        Column("key", String, primary_key=True),
        Column("name", String, nullable=False),
        Column("at", UtcTime, nullable=False),
    )


MIGRATIONS = (create,)
