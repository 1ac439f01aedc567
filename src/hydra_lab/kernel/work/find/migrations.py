"""How finding work became quick: indexes of what is asked for all the time, and of what a search looks through."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from alembic.operations import Operations


def answer_quickly(op: Operations) -> None:
    """Indexes of just those rows that are asked for all the time, in place of one that every change had to touch."""
    op.drop_index("work_items_ready", "work_items")
    for name, columns, where in (
        (
            "work_items_ready",
            ["state", "lane", "priority", "phase_rank", "tier_rank", "ready_at", "id", "operation"],
            "state = 'queued'",
        ),
        ("work_items_reported", ["state", "attempt", "finished_at"], "state = 'done' AND attempt = 0"),
        ("work_items_deadline", ["deadline"], "deadline IS NOT NULL"),
    ):
        op.create_index(name, "work_items", columns, sqlite_where=text(where), postgresql_where=text(where))
    op.create_index("work_holds_by_kind", "work_holds", ["kind", "item"])


def search_words(op: Operations) -> None:
    """An index of what a search for words looks through, in each database's own way."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":  # to be read from end to end, in a few milliseconds: it holds nothing else
        op.create_index("work_items_words", "work_items", ["id", "title", "operation", "section"])
        return
    columns = ", ".join(f"{name} gin_trgm_ops" for name in ("title", "section"))
    # A database's owner may not allow the extension; a search then reads every row.
    with suppress(DBAPIError), connection.begin_nested():
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute(f"CREATE INDEX work_items_words ON work_items USING gin ({columns})")


def oldest_holds_first(op: Operations) -> None:
    """Who has waited longest for a thing is found without sorting all that wait for it."""
    op.drop_index("work_holds_by_ref", "work_holds")
    op.create_index("work_holds_by_ref", "work_holds", ["kind", "ref", "since"])


def never_ran_apart(op: Operations) -> None:
    """Whatever ended without having run is counted apart, not only what a document reported."""
    where = text("attempt = 0 AND finished_at IS NOT NULL")
    op.drop_index("work_items_reported", "work_items")
    op.create_index(
        "work_items_never_ran", "work_items", ["attempt", "state", "finished_at"],
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
