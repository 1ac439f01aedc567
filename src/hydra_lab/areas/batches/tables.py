"""The tables of batches: one row for each batch and each of its requests, and files that were uploaded."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

batches = Table(
    "batches_batches",
    metadata,
    Column("item", String, primary_key=True),
    Column("total", Integer),  # NULL until the requests were read
    Column("wrong", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("uncounted", Integer, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("asked_at", UtcTime),  # when the asking began that goes on now, and how many had ended by then
    Column("asked_from", Integer),
    Column("stopped", String),
    Column("finished_at", UtcTime),
    Column("hidden", Json),
)

requests = Table(
    "batches_requests",
    metadata,
    Column("item", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("custom_id", Text),
    Column("state", String, nullable=False),
    Column("url", String),
    Column("model", Text),
    Column("body", Text),
    Column("status", Integer),
    Column("answer", Text),
    Column("excerpt", Text),
    Column("error", Json),
    Column("tries", Integer, nullable=False),
    Column("seconds", Float),
    Column("prompt_tokens", Integer),
    Column("completion_tokens", Integer),
    Index("ix_batches_requests_item_state_number", "item", "state", "number"),
)

files = Table(
    "batches_files",
    metadata,
    Column("id", String, primary_key=True),
    Column("filename", Text, nullable=False),
    Column("purpose", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("owner", String, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("complete", Boolean, nullable=False),
)

parts = Table(
    "batches_parts",
    metadata,
    Column("file", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
