"""The tables of n8n: workflows as they were before a change, and how far failed runs were looked at."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

snapshots = Table(
    "n8n_snapshots",
    metadata,
    Column("id", String, primary_key=True),
    Column("workflow", String, nullable=False),
    Column("name", String, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
    Column("item", String),
    Column("content", Json, nullable=False),
    Column("restored_at", UtcTime),
)

source = Table(
    "n8n_source",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_run", BigInteger, nullable=False),
)
