"""How the tables of batches came to be. New steps go to the end; a step that was released never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Integer, LargeBinary, String, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The tables themselves. What belongs to a work item goes with it."""
    op.create_table(
        "batches_batches",
        Column("item", String, ForeignKey("work_items.id", ondelete="CASCADE"), primary_key=True),
        Column("total", Integer),
        Column("wrong", Integer, nullable=False),
        Column("done", Integer, nullable=False),
        Column("failed", Integer, nullable=False),
        Column("left_out", Integer, nullable=False),
        Column("prompt_tokens", BigInteger, nullable=False),
        Column("completion_tokens", BigInteger, nullable=False),
        Column("uncounted", Integer, nullable=False),
        Column("started_at", UtcTime, nullable=False),
        Column("asked_at", UtcTime),
        Column("asked_from", Integer),
        Column("stopped", String),
        Column("finished_at", UtcTime),
        Column("hidden", Json),
    )
    op.create_table(
        "batches_requests",
        Column("item", String, ForeignKey("work_items.id", ondelete="CASCADE"), primary_key=True),
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
    )
    op.create_index("ix_batches_requests_item_state_number", "batches_requests", ["item", "state", "number"])
    op.create_table(
        "batches_files",
        Column("id", String, primary_key=True),
        Column("filename", Text, nullable=False),
        Column("purpose", String, nullable=False),
        Column("size", BigInteger, nullable=False),
        Column("owner", String, nullable=False),
        Column("made_at", UtcTime, nullable=False),
        Column("expires_at", UtcTime),
        Column("complete", Boolean, nullable=False),
    )
    op.create_table(
        "batches_parts",
        Column("file", String, ForeignKey("batches_files.id", ondelete="CASCADE"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("content", LargeBinary, nullable=False),
    )


MIGRATIONS = (create,)
