"""The tables of nodes: how each was last seen, a short history for the plots, and the source of metrics."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

seen = Table(
    "nodes_seen",
    metadata,
    Column("name", String, primary_key=True),
    Column("turn", BigInteger, nullable=False),
    Column("seen", Json, nullable=False),
)

samples = Table(
    "nodes_samples",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("node", String, nullable=False),
    Column("card", String, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("power_w", Float),
    Column("memory_gib", Float),
    Column("temperature_c", Float),
    Column("used_percent", Float),
    Index("ix_nodes_samples_node_at", "node", "at"),
)

metrics = Table(
    "nodes_metrics",
    metadata,
    Column("name", String, primary_key=True),
    Column("heard_at", UtcTime),
    Column("lost_at", UtcTime),
    Column("detail", String),
)
