"""The tables of notifications: the outbox, rules, channels, and what was told lately."""

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

rules = Table(
    "notifications_rules",
    metadata,
    Column("id", String, primary_key=True),
    Column("rule", Json, nullable=False),
    Column("set_by", String, nullable=False),
    Column("set_at", UtcTime, nullable=False),
)

messages = Table(
    "notifications_messages",
    metadata,
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
    Index("notifications_messages_by_state", "state", "due_at"),
)

channels = Table(
    "notifications_channels",
    metadata,
    Column("name", String, primary_key=True),
    Column("off_since", UtcTime),
    Column("reason", String),
    Column("paused_until", UtcTime),
)

recent = Table(
    "notifications_recent",
    metadata,
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("at", UtcTime, nullable=False),
)
