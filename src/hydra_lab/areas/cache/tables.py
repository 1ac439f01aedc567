"""The tables of the cache: what the owner set, kept answers, and what was noted, learned and recorded of questions."""

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()

documents = Table(
    "cache_documents",
    metadata,
    Column("name", String, primary_key=True),
    Column("document", Json, nullable=False),
)

entries = Table(
    "cache_entries",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("exact", String, nullable=False, unique=True),
    Column("family", String, nullable=False, index=True),
    Column("path", String, nullable=False),
    Column("model", String, nullable=False),
    Column("answered_by", String, nullable=False),
    Column("key", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("hits", Integer, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("used_at", UtcTime, nullable=False, index=True),
    Column("ends_at", UtcTime, nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("question", Json, nullable=False),
    Column("answer", Json, nullable=False),
)

events = Table(
    "cache_events",
    metadata,
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
    Column("judged_by", String),
)

vectors = Table(
    "cache_vectors",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("entry", String, nullable=False, unique=True),
    Column("family", String, nullable=False, index=True),
    Column("embedder", String, nullable=False),
    Column("signs", LargeBinary, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # a number that was dropped does not come again
)

observations = Table(
    "cache_observations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("entry", String, nullable=False, index=True),
    Column("similarity", Float, nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("asked", String, nullable=False),
    Column("source", String, nullable=False),
    Column("at", UtcTime, nullable=False),
)

questions = Table(
    "cache_questions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("model", String, nullable=False),
    Column("key", String, nullable=False),
    Column("exact", String, nullable=False),
    Column("family", String, nullable=False),
    Column("hash", String, nullable=False, index=True),
    Column("alike", Boolean, nullable=False),
    Column("temperature", Float),
    Column("given_by", String, nullable=False),
    Column("tokens", Integer),
    Column("seconds", Float),
    Column("size", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("answer", Text, nullable=False),
)

question_vectors = Table(
    "cache_question_vectors",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("hash", String, nullable=False),
    Column("embedder", String, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    UniqueConstraint("hash", "embedder"),
)

verdicts = Table(
    "cache_verdicts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("pair", String, nullable=False, unique=True),
    Column("is_same", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
)
