"""What was spent, by day."""

from sqlalchemy import Column, Float, MetaData, String, Table

metadata = MetaData()

usage = Table(
    "limits_usage",
    metadata,
    Column("day", String, primary_key=True),  # in the lab's time zone, e.g. 2026-11-23
    Column("unit", String, primary_key=True),
    Column("amount", Float, nullable=False),
)
