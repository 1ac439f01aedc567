"""The tables of policy: the mode in force, and on Postgres the document."""

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

from hydra_lab.kernel.database.columns import UtcTime

metadata = MetaData()

# One row at most: the mode in force.
modes = Table(
    "policy_modes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("mode", String, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime),
    Column("reason", Text),
    Column("set_by", String),
)

# Every document that was in force, the newest last.
documents = Table(
    "policy_documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("set_by", String, nullable=False),
    Column("set_at", UtcTime, nullable=False),
)
