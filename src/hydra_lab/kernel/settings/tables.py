"""The table of settings that were set in the program."""

from sqlalchemy import Column, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

values = Table(
    "settings_values",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Json, nullable=False),
    Column("set_by", String, nullable=False),
    Column("set_at", UtcTime, nullable=False),
)
