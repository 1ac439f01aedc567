"""The table of disk measurements."""

from sqlalchemy import BigInteger, Column, MetaData, String, Table

from hydra_lab.kernel.database.columns import UtcTime

metadata = MetaData()

samples = Table(
    "maintenance_disk_samples",
    metadata,
    Column("node", String, primary_key=True),
    Column("mount", String, primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("total", BigInteger, nullable=False),
    Column("free", BigInteger, nullable=False),
)
