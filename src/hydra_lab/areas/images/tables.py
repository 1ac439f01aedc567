"""The tables of images: the last measurement, the owner's rules, and which container ran from which image."""

from sqlalchemy import Column, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

measured = Table(
    "images_measured",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("stored", Json, nullable=False),
)

measured_on = Table(
    "images_measured_on",
    metadata,
    Column("node", String, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("stored", Json, nullable=False),
)

rules = Table(
    "images_rules",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("rules", Json, nullable=False),
)

runs = Table(
    "images_runs",
    metadata,
    Column("container", String, primary_key=True),
    Column("ref", String, primary_key=True),
    Column("last_at", UtcTime, nullable=False, index=True),
    Column("well_at", UtcTime),
)
