"""The tables of models: each server as it was last seen, and what loading a model took."""

from sqlalchemy import Column, Float, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

servers = Table(
    "models_servers",
    metadata,
    Column("id", String, primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("seen", Json, nullable=False),
)

learned = Table(
    "models_learned",
    metadata,
    Column("server", String, primary_key=True),
    Column("model", String, primary_key=True),
    Column("gib", Float),
    Column("load_s", Float),
    Column("at", UtcTime, nullable=False),
)
