"""The tables of the GPU ledger."""

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, String, Table, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

cards = Table(
    "gpus_cards",
    metadata,
    Column("node", String, primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("uuid", String, nullable=False),
    Column("name", String),
    Column("total_gib", Float),
    Column("used_gib", Float),
    Column("at", UtcTime),
)

leases = Table(
    "gpus_leases",
    metadata,
    Column("holder", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("node", String),
    Column("gpus", Json, nullable=False),
    Column("estimated_gib", Float),
    Column("measured_gib", Float),
    Column("base_gib", Float),
    Column("priority", Integer, nullable=False),
    Column("movable", Boolean, nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    Column("used_at", UtcTime),
    Column("busy_until", UtcTime),
    Column("until", UtcTime),
    Column("server", String),
    Column("model", String),
    Column("item", String),
    Column("attempt", Integer),
)

learned = Table(
    "gpus_learned",
    metadata,
    Column("server", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("pinned", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("reload_s", Float),
    Column("gib", Float),
)
