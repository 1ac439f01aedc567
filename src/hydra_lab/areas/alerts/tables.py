"""The tables of alerts: what was told of, and the source they come from."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

told = Table(
    "alerts_told",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("labels", Json, nullable=False),
    Column("annotations", Json, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("firing", Boolean, nullable=False),
    Column("source", String, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)

# One row: the last full answer, whether the source is lost, and the webhook's secret.
source = Table(
    "alerts_sources",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("turns", BigInteger, nullable=False),
    Column("asked_at", UtcTime),
    Column("answer", Json),
    Column("lost_at", UtcTime),
    Column("secret", String),
    Column("secret_at", UtcTime),
    Column("secret_by", String),
    Column("received_at", UtcTime),
    Column("received", BigInteger, nullable=False),
)
