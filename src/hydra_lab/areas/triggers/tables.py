"""The tables of triggers: the rules, what each has started lately, and what was seen of measurements."""

from sqlalchemy import BigInteger, Column, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

triggers = Table(
    "triggers_triggers",
    metadata,
    Column("id", String, primary_key=True),
    Column("trigger", Json, nullable=False),
    Column("set_by", String, nullable=False),
    Column("set_at", UtcTime, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("started_at", UtcTime),
    Column("last_at", UtcTime),
    Column("last_outcome", String),
    Column("last_detail", String),
    Column("last_item", String),
)

starts = Table(
    "triggers_starts",
    metadata,
    Column("trigger", String, primary_key=True),
    Column("event", BigInteger, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

looks = Table(
    "triggers_looks",
    metadata,
    Column("trigger", String, primary_key=True),
    Column("asked_at", UtcTime, nullable=False),
    Column("measured", Json, nullable=False),
)
