"""The table that remembers who read the state last, and when."""

from sqlalchemy import Column, MetaData, String, Table

from hydra_lab.kernel.database.columns import UtcTime

metadata = MetaData()

reads = Table(
    "state_reads",
    metadata,
    Column("reader", String, primary_key=True),
    Column("at", UtcTime, nullable=False),
)
