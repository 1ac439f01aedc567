"""The table of what each documented API looked like last, to tell what changed."""

from sqlalchemy import Column, Integer, MetaData, String, Table

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

outlines = Table(
    "docs_outlines",
    metadata,
    Column("source", String, primary_key=True),
    Column("made_at", UtcTime, primary_key=True),
    Column("version", String, nullable=False),
    Column("endpoints", Integer, nullable=False),
    Column("outline", Json, nullable=False),
)
