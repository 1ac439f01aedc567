"""The table of benchmark runs, with every sample."""

from sqlalchemy import Column, Index, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

runs = Table(
    "benchmarks_runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("suite", String, nullable=False),
    Column("target", String, nullable=False),
    Column("conditions", String, nullable=False, index=True),
    Column("item", String),
    Column("state", String, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("run", Json, nullable=False),
    Index("ix_benchmarks_runs_started_at_id", "started_at", "id"),
)
