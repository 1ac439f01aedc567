"""The tables of reconciling: revisions of the desired state, runs, what did not work, and watching."""

from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

revisions = Table(
    "reconcile_revisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("author", String, nullable=False),
    Column("note", Text),
    Column("digest", String, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("diff", Text, nullable=False),
)

runs = Table(
    "reconcile_runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("author", String, nullable=False),
    Column("item", String),
    Column("outcome", String, nullable=False),
    Column("done", Json, nullable=False),
)

bad = Table(
    "reconcile_bad",
    metadata,
    Column("name", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("why", Text, nullable=False),
)

watching = Table(
    "reconcile_watching",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("rules", Json, nullable=False),
    Column("seen", Json, nullable=False),
)

replacing = Table(
    "reconcile_replacing",
    metadata,
    Column("name", String, primary_key=True),
    Column("item", String, nullable=False),
    Column("ran", Boolean, nullable=False),
)
