"""The tables of hooks: which there are, and what each has received lately."""

from sqlalchemy import BigInteger, Column, MetaData, String, Table

from hydra_lab.kernel.database.columns import UtcTime

metadata = MetaData()

hooks = Table(
    "hooks_hooks",
    metadata,
    Column("name", String, primary_key=True),
    Column("scheme", String, nullable=False),
    Column("secret", String, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String, nullable=False),
    Column("last_at", UtcTime),
    Column("received", BigInteger, nullable=False),
)

deliveries = Table(
    "hooks_deliveries",
    metadata,
    Column("hook", String, primary_key=True),
    Column("delivery", String, primary_key=True),
    Column("event", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
)
