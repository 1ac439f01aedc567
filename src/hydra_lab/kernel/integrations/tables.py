"""The tables of integrations: their sealed settings, and what was last seen of them."""

from sqlalchemy import Column, Float, MetaData, String, Table, Text

from hydra_lab.kernel.database.columns import UtcTime

metadata = MetaData()

values = Table(
    "integrations_values",
    metadata,
    Column("integration", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("set_by", String, nullable=False),
    Column("set_at", UtcTime, nullable=False),
)

states = Table(
    "integrations_states",
    metadata,
    Column("integration", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("detail", Text),
    Column("version", String),
    Column("since", UtcTime, nullable=False),
    Column("checked_at", UtcTime, nullable=False),
    Column("latency_ms", Float),
)
