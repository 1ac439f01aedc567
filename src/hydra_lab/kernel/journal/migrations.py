"""How the journal's tables came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Column, Integer, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table of events."""
    op.create_table(
        "journal_events",
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("at", UtcTime, nullable=False),
        Column("name", String, nullable=False),
        Column("actor", String, nullable=False),
        Column("actor_name", String, nullable=False),
        Column("subject", String),
        Column("cause", BigInteger),
        Column("item", String),
        Column("data", Json, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("journal_events_by_item", "journal_events", ["item", "id"])
    op.create_index("journal_events_by_name", "journal_events", ["name", "id"])
    op.create_index("journal_events_by_cause", "journal_events", ["cause"])
    op.create_index("journal_events_by_at", "journal_events", ["at"])


def readers(op: Operations) -> None:
    """How far each reader has acted on the journal."""
    op.create_table(
        "journal_readers", Column("name", String, primary_key=True), Column("event", BigInteger, nullable=False)
    )


MIGRATIONS = (create, readers)
