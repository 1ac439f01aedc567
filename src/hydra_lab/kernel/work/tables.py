"""The tables of work."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from hydra_lab.kernel.database.columns import Json, UtcTime

metadata = MetaData()
Serial = BigInteger().with_variant(Integer, "sqlite")


def item_key(*, primary_key: bool = False) -> Column[str]:
    """A column that names a work item and goes with it."""
    return Column(
        "item", String, ForeignKey("work_items.id", ondelete="CASCADE"), primary_key=primary_key, nullable=False
    )


def some_index(name: str, *columns: str, where: str) -> Index:
    """An index of just the rows that fit a condition; only a question that says the same in literals uses it."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


items = Table(
    "work_items",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("operation", String),
    Column("input", Json, nullable=False),
    Column("input_hash", String, nullable=False),
    Column("section", String),
    Column("tier", Integer),
    Column("tier_rank", Integer, nullable=False),
    Column("phase", String),
    Column("phase_rank", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("effort_minutes", Integer),
    Column("impact", Text),
    Column("state", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("key", String, unique=True),
    Column("window", String),
    Column("not_before", UtcTime),
    Column("deadline", UtcTime),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("owner", String),
    Column("restart_step", Integer),  # a person asked to go on from this step, not from the first unfinished one
    Column("progress", Json),
    Column("result", Json),
    Column("error", Json),
    Column("origin", Json),
    Column("actor", Json, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("cause", BigInteger),
    Column("created_at", UtcTime, nullable=False),
    Column("ready_at", UtcTime),
    Column("started_at", UtcTime),
    Column("finished_at", UtcTime),
    # The line of ready work. It is small, for all else is not in it, and a question that it answers reads no row. The
    # state stands in it because SQLite would else take an index that begins with it.
    some_index(
        "work_items_ready", "state", "lane", "priority", "phase_rank", "tier_rank", "ready_at", "id", "operation",
        where="state = 'queued'",
    ),
    some_index(
        "work_items_never_ran", "attempt", "state", "finished_at", where="attempt = 0 AND finished_at IS NOT NULL"
    ),
    some_index("work_items_deadline", "deadline", where="deadline IS NOT NULL"),
    Index("work_items_by_operation", "operation", "state", "finished_at"),
    Index("work_items_finished", "state", "finished_at"),
    Index("work_items_by_tier", "tier", "state"),
    # What a search looks through, in SQLite's way; ``find/migrations.py`` has that of Postgres.
    Index("work_items_words", "id", "title", "operation", "section"),
)  # fmt: skip

holds = Table(
    "work_holds",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    item_key(),
    Column("kind", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("unblock", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("checked_at", UtcTime, nullable=False),
    Column("due", UtcTime),
    Column("ref", String),
    Column("data", Json, nullable=False),
    Index("work_holds_by_item", "item"),
    Index("work_holds_by_kind", "kind", "item"),
    Index("work_holds_by_ref", "kind", "ref", "since"),
    Index("work_holds_due", "due"),
)

dependencies = Table(
    "work_dependencies",
    metadata,
    item_key(primary_key=True),
    Column("on_item", String, ForeignKey("work_items.id", ondelete="CASCADE"), primary_key=True),
    Index("work_dependencies_on", "on_item"),
)

approvals = Table(
    "work_approvals",
    metadata,
    Column("id", String, primary_key=True),
    item_key(),
    Column("operation", String, nullable=False),
    Column("input_hash", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("lapses_at", UtcTime),
    Column("default_yes", Boolean, nullable=False),
    Column("answer", String),
    Column("decided_at", UtcTime),
    Column("decided_by", String),
    Column("comment", Text),
    Column("preview", Json),
    Column("digest", String),
    Index("work_approvals_by_item", "item"),
    Index("work_approvals_open", "answer", "asked_at"),
)

logs = Table(
    "work_logs",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    item_key(),
    Column("attempt", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("level", String, nullable=False),
    Column("text", Text, nullable=False),
    Index("work_logs_by_item", "item", "id"),
)

artifacts = Table(
    "work_artifacts",
    metadata,
    item_key(primary_key=True),
    Column("name", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("content", LargeBinary),  # on Postgres; on SQLite the file lies in the data directory
)

checkpoints = Table(
    "work_checkpoints",
    metadata,
    item_key(primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("part", Integer, primary_key=True),  # a step may hold several transactions
    Column("name", String, nullable=False),
    Column("result", Json),
    Column("at", UtcTime, nullable=False),
)

pauses = Table(
    "work_pauses",
    metadata,
    Column("scope", String, primary_key=True),  # tier or lane
    Column("value", String, primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("until", UtcTime),
    Column("reason", Text),
)

schedules = Table(
    "work_schedules",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", Text, nullable=False),
    Column("operation", String, nullable=False),
    Column("input", Json, nullable=False),
    Column("cron", String, nullable=False),
    Column("time_zone", String, nullable=False),
    Column("options", Json, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("next_at", UtcTime),
    Column("last_at", UtcTime),
    Column("last_item", String),
    Column("missed", Integer, nullable=False),
    Column("actor", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("work_schedules_next", "next_at"),
)

boots = Table(
    "work_boots",
    metadata,
    Column("id", String, primary_key=True),
    Column("node", String, nullable=False),
    Column("lanes", Json, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("sessions", String, nullable=False),  # what its database sessions call themselves
    Column("started_at", UtcTime, nullable=False),
    Column("beat_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
)

leases = Table(
    "work_leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("boot", String, nullable=False),
    Column("until", UtcTime, nullable=False),
)
