"""The tables of benchmark runs, with every sample, and of what people say of judges."""

from sqlalchemy import Boolean, Column, Index, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

verdicts = Table(
    "benchmarks_verdicts",
    metadata,
    Column("run", String, primary_key=True),
    Column("case", String, primary_key=True),
    Column("judge", String, nullable=False, index=True),
    Column("right", Boolean, nullable=False),  # what the judge said
    Column("agrees", Boolean, nullable=False),  # whether the person does
    Column("by", String, nullable=False),
    Column("at", UtcTime, nullable=False),
)

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
