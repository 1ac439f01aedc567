"""The tables of the backlog: imported documents, and which work item each of their items is."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

documents = Table(
    "backlog_documents",
    metadata,
    Column("name", String, primary_key=True),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("imported_at", UtcTime, nullable=False),
    Column("imported_by", String, nullable=False),
)

entries = Table(
    "backlog_entries",
    metadata,
    Column("backlog", String, ForeignKey("backlog_documents.name", ondelete="CASCADE"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("section", String),
    Column("title", Text, nullable=False),
    Column("item", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("reported_done", Boolean, nullable=False),
    Column("concluded", Boolean, nullable=False),
    Column("planned", Json, nullable=False),
    Index("backlog_entries_by_item", "item"),
)
