"""The tables of presence: what is known, the state, its history, rules and plan, cards as they were, energy."""

from sqlalchemy import Boolean, Column, Date, Float, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

seen = Table(
    "presence_seen",
    metadata,
    Column("source", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("value", String),
    Column("since", UtcTime, nullable=False),
)

sources = Table(
    "presence_sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("told_at", UtcTime),
    Column("lost_at", UtcTime),
    Column("detail", String),
)

kept = Table(
    "presence_kept",
    metadata,
    Column("name", String, primary_key=True),
    Column("data", Json, nullable=False),
)

changes = Table(
    "presence_changes",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("told", Json, nullable=False),
)

cards = Table(
    "presence_cards",
    metadata,
    Column("uuid", String, primary_key=True),
    Column("node", String, nullable=False),
    Column("name", String, nullable=False),
    Column("before_w", Float),
    Column("set_w", Float),
    Column("trouble", String),
    Column("again", Boolean, nullable=False),
    Column("measured_at", UtcTime),
    Column("measured_w", Float),
)

lanes = Table(
    "presence_lanes",
    metadata,
    Column("lane", String, primary_key=True),
    Column("reason", String, nullable=False),
)

energy = Table(
    "presence_energy",
    metadata,
    Column("day", Date, primary_key=True),
    Column("uuid", String, primary_key=True),
    Column("node", String, nullable=False),
    Column("name", String, nullable=False),
    Column("wh", Float, nullable=False),
    Column("measured_s", Float, nullable=False),
)
