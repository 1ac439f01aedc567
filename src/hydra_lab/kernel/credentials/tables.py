"""The tables of credentials: keys, links and sessions, each kept as a hash."""

from sqlalchemy import Column, ForeignKey, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

keys = Table(
    "credentials_keys",
    metadata,
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

links = Table(
    "credentials_links",
    metadata,
    Column("hash", String, primary_key=True),
    Column("expires_at", UtcTime, nullable=False),
)

sessions = Table(
    "credentials_sessions",
    metadata,
    Column("hash", String, primary_key=True),
    Column("key", String, ForeignKey("credentials_keys.id", ondelete="CASCADE"), index=True),  # or the identity
    Column("identity", Json),
    Column("name", String),
    Column("way", String),
    Column("address", String),
    Column("agent", String),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime),
    Column("expires_at", UtcTime, nullable=False),
)

approval_links = Table(
    "credentials_approval_links",
    metadata,
    Column("hash", String, primary_key=True),
    Column("approval", String, nullable=False),
    Column("item", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)
