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
    Column("outline", Json),  # tiers, phases and lists as pages show them
    Column("report", Json),  # what its last import did, in numbers
    Column("sealed", Text),  # all of it, where the text has masks in place of secrets
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
    Column("tier", Integer),
    Column("line", Integer),
    Column("end", Integer),
    Column("status", String),
    Column("blocked_on", Text),
    Column("told", Json),
    Index("backlog_entries_by_item", "item"),
)

drafts = Table(
    "backlog_drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("backlog", String, nullable=False),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("made_by", String, nullable=False),
    Column("report", Json, nullable=False),
    Column("sealed", Text),
)

readings = Table(
    "backlog_readings",
    metadata,
    Column("digest", String, primary_key=True),  # of the item's text, the model, and what there was to choose from
    Column("backlog", String, nullable=False),
    Column("item", String, nullable=False),
    Column("state", String, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("reading", Json, nullable=False),
    Index("backlog_readings_by_state", "backlog", "state"),
    Index("backlog_readings_by_item", "item"),
)

lists = Table(
    "backlog_lists",
    metadata,
    Column("owner", String, primary_key=True),  # of which import: "import:NAME" or "draft:ID"
    Column("kind", String, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("rows", Json, nullable=False),
)
