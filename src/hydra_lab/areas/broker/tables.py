"""The table of rules of idleness."""

from sqlalchemy import Column, Float, Integer, MetaData, String, Table

metadata = MetaData()

rules = Table(
    "broker_rules",
    metadata,
    Column("place", Integer, primary_key=True),
    Column("server", String, nullable=False),
    Column("model", String, nullable=False),
    Column("idle_minutes", Float),
)
