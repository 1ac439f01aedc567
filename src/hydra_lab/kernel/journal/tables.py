"""The journal's tables: what happened, and how far each reader has acted on it."""

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

events = Table(
    "journal_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("name", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("actor_name", String, nullable=False),
    Column("subject", String),
    Column("cause", BigInteger),
    Column("item", String),
    Column("data", Json, nullable=False),
    Index("journal_events_by_item", "item", "id"),
    Index("journal_events_by_name", "name", "id"),
    Index("journal_events_by_cause", "cause"),
    Index("journal_events_by_at", "at"),
    sqlite_autoincrement=True,
)

readers = Table(
    "journal_readers",
    metadata,
    Column("name", String, primary_key=True),
    Column("event", BigInteger, nullable=False),
)
