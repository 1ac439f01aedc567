"""How the tables of the backlog came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, String, Text

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """Documents and their entries."""
    op.create_table(
        "backlog_documents",
        Column("name", String(), nullable=False),
        Column("title", Text()),
        Column("text", Text(), nullable=False),
        Column("imported_at", UtcTime, nullable=False),
        Column("imported_by", String(), nullable=False),
        PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "backlog_entries",
        Column("backlog", String(), nullable=False),
        Column("key", String(), nullable=False),
        Column("position", Integer(), nullable=False),
        Column("section", String()),
        Column("title", Text(), nullable=False),
        Column("item", String(), nullable=False),
        Column("fingerprint", String(), nullable=False),
        Column("reported_done", Boolean(), nullable=False),
        Column("concluded", Boolean(), nullable=False),
        Column("planned", Json, nullable=False),
        ForeignKeyConstraint(["backlog"], ["backlog_documents.name"], ondelete="CASCADE"),
        PrimaryKeyConstraint("backlog", "key"),
    )
    op.create_index("backlog_entries_by_item", "backlog_entries", ["item"])


def keep_what_pages_show(op: Operations) -> None:
    """What a page shows is kept at the import, and a document can be looked at before it is imported."""
    for name in ("outline", "report"):
        op.add_column("backlog_documents", Column(name, Json))
    for column in (
        Column("tier", Integer()), Column("line", Integer()), Column("end", Integer()), Column("status", String()),
        Column("blocked_on", Text()), Column("told", Json),
    ):  # fmt: skip
        op.add_column("backlog_entries", column)
    op.create_table(
        "backlog_drafts",
        Column("id", String(), nullable=False),
        Column("backlog", String(), nullable=False),
        Column("title", Text()),
        Column("text", Text(), nullable=False),
        Column("made_at", UtcTime, nullable=False),
        Column("made_by", String(), nullable=False),
        Column("report", Json, nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "backlog_lists",
        Column("owner", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("part", Integer(), nullable=False),
        Column("rows", Json, nullable=False),
        PrimaryKeyConstraint("owner", "kind", "part"),
    )


def keep_secrets_sealed(op: Operations) -> None:
    """A document is kept with masks in place of its secrets, and sealed beside it as it was."""
    for table in ("backlog_documents", "backlog_drafts"):
        op.add_column(table, Column("sealed", Text()))


def keep_readings(op: Operations) -> None:
    """What models said of items that no field and no rule has an operation for."""
    op.create_table(
        "backlog_readings",
        Column("digest", String(), nullable=False),
        Column("backlog", String(), nullable=False),
        Column("item", String(), nullable=False),
        Column("state", String(), nullable=False),
        Column("asked_at", UtcTime, nullable=False),
        Column("reading", Json, nullable=False),
        PrimaryKeyConstraint("digest"),
    )
    op.create_index("backlog_readings_by_state", "backlog_readings", ["backlog", "state"])
    op.create_index("backlog_readings_by_item", "backlog_readings", ["item"])


MIGRATIONS = (create, keep_what_pages_show, keep_secrets_sealed, keep_readings)
