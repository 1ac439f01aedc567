"""How the tables of the cache came to be. New steps go to the end; a step that was released never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, String, Text, UniqueConstraint

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """All of them."""
    op.create_table(
        "cache_documents",
        Column("name", String, primary_key=True),
        Column("document", Json, nullable=False),
    )
    op.create_table(
        "cache_entries",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("id", String, nullable=False, unique=True),
        Column("exact", String, nullable=False, unique=True),
        Column("family", String, nullable=False),
        Column("path", String, nullable=False),
        Column("model", String, nullable=False),
        Column("answered_by", String, nullable=False),
        Column("key", String, nullable=False),
        Column("size", Integer, nullable=False),
        Column("hits", Integer, nullable=False),
        Column("made_at", UtcTime, nullable=False),
        Column("used_at", UtcTime, nullable=False),
        Column("ends_at", UtcTime, nullable=False),
        Column("text", Text, nullable=False),
        Column("question", Json, nullable=False),
        Column("answer", Json, nullable=False),
    )
    op.create_index("ix_cache_entries_family", "cache_entries", ["family"])
    op.create_index("ix_cache_entries_used_at", "cache_entries", ["used_at"])
    op.create_index("ix_cache_entries_ends_at", "cache_entries", ["ends_at"])
    op.create_table(
        "cache_events",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("id", String, nullable=False, unique=True),
        Column("at", UtcTime, nullable=False),
        Column("kind", String, nullable=False),
        Column("entry", String, nullable=False),
        Column("model", String, nullable=False),
        Column("key", String, nullable=False),
        Column("asked", Text, nullable=False),
        Column("kept", Text, nullable=False),
        Column("answer", Text, nullable=False),
        Column("similarity", Float),
        Column("why", Text),
        Column("verdict", String),
        Column("other", Text),
    )


def learn(op: Operations) -> None:
    """Vectors of questions, and what is learned of each answer."""
    op.add_column("cache_events", Column("judged_by", String))
    op.create_table(
        "cache_vectors",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("entry", String, nullable=False, unique=True),
        Column("family", String, nullable=False),
        Column("embedder", String, nullable=False),
        Column("signs", LargeBinary, nullable=False),
        Column("vector", LargeBinary, nullable=False),
        sqlite_autoincrement=True,  # a number that was dropped does not come again
    )
    op.create_index("ix_cache_vectors_family", "cache_vectors", ["family"])
    op.create_table(
        "cache_observations",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("entry", String, nullable=False),
        Column("similarity", Float, nullable=False),
        Column("is_right", Boolean, nullable=False),
        Column("asked", String, nullable=False),
        Column("source", String, nullable=False),
        Column("at", UtcTime, nullable=False),
    )
    op.create_index("ix_cache_observations_entry", "cache_observations", ["entry"])


def record(op: Operations) -> None:
    """Questions that are recorded, their vectors, and which answers mean the same."""
    op.create_table(
        "cache_questions",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("at", UtcTime, nullable=False),
        Column("model", String, nullable=False),
        Column("key", String, nullable=False),
        Column("exact", String, nullable=False),
        Column("family", String, nullable=False),
        Column("hash", String, nullable=False),
        Column("alike", Boolean, nullable=False),
        Column("temperature", Float),
        Column("given_by", String, nullable=False),
        Column("tokens", Integer),
        Column("seconds", Float),
        Column("size", Integer, nullable=False),
        Column("text", Text, nullable=False),
        Column("answer", Text, nullable=False),
    )
    op.create_index("ix_cache_questions_at", "cache_questions", ["at"])
    op.create_index("ix_cache_questions_hash", "cache_questions", ["hash"])
    op.create_table(
        "cache_question_vectors",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("hash", String, nullable=False),
        Column("embedder", String, nullable=False),
        Column("vector", LargeBinary, nullable=False),
        UniqueConstraint("hash", "embedder"),
    )
    op.create_table(
        "cache_verdicts",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("pair", String, nullable=False, unique=True),
        Column("is_same", Boolean, nullable=False),
        Column("at", UtcTime, nullable=False),
    )
    op.create_index("ix_cache_verdicts_at", "cache_verdicts", ["at"])


MIGRATIONS = (create, learn, record)
