"""How the tables of work came to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
)

from hydra_lab.kernel.database.columns import Json, UtcTime
from hydra_lab.kernel.work.find.migrations import answer_quickly, never_ran_apart, oldest_holds_first, search_words

if TYPE_CHECKING:
    from alembic.operations import Operations

Serial = BigInteger().with_variant(Integer, "sqlite")


def create_work_boots(op: Operations) -> None:
    op.create_table(
        "work_boots",
        Column("id", String(), nullable=False),
        Column("node", String(), nullable=False),
        Column("lanes", Json, nullable=False),
        Column("pid", Integer(), nullable=False),
        Column("sessions", String(), nullable=False),
        Column("started_at", UtcTime, nullable=False),
        Column("beat_at", UtcTime, nullable=False),
        Column("ended_at", UtcTime),
        PrimaryKeyConstraint("id"),
    )


def create_work_items(op: Operations) -> None:
    op.create_table(
        "work_items",
        Column("id", String(), nullable=False),
        Column("title", Text(), nullable=False),
        Column("operation", String()),
        Column("input", Json, nullable=False),
        Column("input_hash", String(), nullable=False),
        Column("section", String()),
        Column("tier", Integer()),
        Column("tier_rank", Integer(), nullable=False),
        Column("phase", String()),
        Column("phase_rank", Integer(), nullable=False),
        Column("priority", Integer(), nullable=False),
        Column("effort_minutes", Integer()),
        Column("impact", Text()),
        Column("state", String(), nullable=False),
        Column("lane", String(), nullable=False),
        Column("key", String()),
        Column("window", String()),
        Column("not_before", UtcTime),
        Column("deadline", UtcTime),
        Column("attempt", Integer(), nullable=False),
        Column("failures", Integer(), nullable=False),
        Column("owner", String()),
        Column("restart_step", Integer()),
        Column("progress", Json),
        Column("result", Json),
        Column("error", Json),
        Column("origin", Json),
        Column("actor", Json, nullable=False),
        Column("confirmed", Boolean(), nullable=False),
        Column("cause", BigInteger()),
        Column("created_at", UtcTime, nullable=False),
        Column("ready_at", UtcTime),
        Column("started_at", UtcTime),
        Column("finished_at", UtcTime),
        PrimaryKeyConstraint("id"),
        UniqueConstraint("key"),
    )
    op.create_index("work_items_by_operation", "work_items", ["operation", "state", "finished_at"])
    op.create_index("work_items_by_tier", "work_items", ["tier", "state"])
    op.create_index("work_items_finished", "work_items", ["state", "finished_at"])
    op.create_index(
        "work_items_ready", "work_items", ["state", "lane", "priority", "phase_rank", "tier_rank", "ready_at"]
    )


def create_work_leases(op: Operations) -> None:
    op.create_table(
        "work_leases",
        Column("name", String(), nullable=False),
        Column("boot", String(), nullable=False),
        Column("until", UtcTime, nullable=False),
        PrimaryKeyConstraint("name"),
    )


def create_work_pauses(op: Operations) -> None:
    op.create_table(
        "work_pauses",
        Column("scope", String(), nullable=False),
        Column("value", String(), nullable=False),
        Column("since", UtcTime, nullable=False),
        Column("until", UtcTime),
        Column("reason", Text()),
        PrimaryKeyConstraint("scope", "value"),
    )


def create_work_schedules(op: Operations) -> None:
    op.create_table(
        "work_schedules",
        Column("id", String(), nullable=False),
        Column("title", Text(), nullable=False),
        Column("operation", String(), nullable=False),
        Column("input", Json, nullable=False),
        Column("cron", String(), nullable=False),
        Column("time_zone", String(), nullable=False),
        Column("options", Json, nullable=False),
        Column("paused", Boolean(), nullable=False),
        Column("next_at", UtcTime),
        Column("last_at", UtcTime),
        Column("last_item", String()),
        Column("missed", Integer(), nullable=False),
        Column("actor", Json, nullable=False),
        Column("created_at", UtcTime, nullable=False),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("work_schedules_next", "work_schedules", ["next_at"])


def create_work_approvals(op: Operations) -> None:
    op.create_table(
        "work_approvals",
        Column("id", String(), nullable=False),
        Column("item", String(), nullable=False),
        Column("operation", String(), nullable=False),
        Column("input_hash", String(), nullable=False),
        Column("rule", String(), nullable=False),
        Column("reason", Text(), nullable=False),
        Column("asked_at", UtcTime, nullable=False),
        Column("lapses_at", UtcTime),
        Column("default_yes", Boolean(), nullable=False),
        Column("answer", String()),
        Column("decided_at", UtcTime),
        Column("decided_by", String()),
        Column("comment", Text()),
        ForeignKeyConstraint(["item"], ["work_items.id"], ondelete="CASCADE"),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("work_approvals_by_item", "work_approvals", ["item"])
    op.create_index("work_approvals_open", "work_approvals", ["answer", "asked_at"])


def create_work_artifacts(op: Operations) -> None:
    op.create_table(
        "work_artifacts",
        Column("item", String(), nullable=False),
        Column("name", String(), nullable=False),
        Column("media_type", String(), nullable=False),
        Column("size", BigInteger(), nullable=False),
        Column("sha256", String(), nullable=False),
        Column("made_at", UtcTime, nullable=False),
        Column("content", LargeBinary()),
        ForeignKeyConstraint(["item"], ["work_items.id"], ondelete="CASCADE"),
        PrimaryKeyConstraint("item", "name"),
    )


def create_work_checkpoints(op: Operations) -> None:
    op.create_table(
        "work_checkpoints",
        Column("item", String(), nullable=False),
        Column("step", Integer(), nullable=False),
        Column("part", Integer(), nullable=False),
        Column("name", String(), nullable=False),
        Column("result", Json),
        Column("at", UtcTime, nullable=False),
        ForeignKeyConstraint(["item"], ["work_items.id"], ondelete="CASCADE"),
        PrimaryKeyConstraint("item", "step", "part"),
    )


def create_work_dependencies(op: Operations) -> None:
    op.create_table(
        "work_dependencies",
        Column("item", String(), nullable=False),
        Column("on_item", String(), nullable=False),
        ForeignKeyConstraint(["item"], ["work_items.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["on_item"], ["work_items.id"], ondelete="CASCADE"),
        PrimaryKeyConstraint("item", "on_item"),
    )
    op.create_index("work_dependencies_on", "work_dependencies", ["on_item"])


def create_work_holds(op: Operations) -> None:
    op.create_table(
        "work_holds",
        Column("id", Serial, autoincrement=True, nullable=False),
        Column("item", String(), nullable=False),
        Column("kind", String(), nullable=False),
        Column("detail", Text(), nullable=False),
        Column("unblock", Text(), nullable=False),
        Column("since", UtcTime, nullable=False),
        Column("checked_at", UtcTime, nullable=False),
        Column("due", UtcTime),
        Column("ref", String()),
        Column("data", Json, nullable=False),
        ForeignKeyConstraint(["item"], ["work_items.id"], ondelete="CASCADE"),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("work_holds_by_item", "work_holds", ["item"])
    op.create_index("work_holds_by_ref", "work_holds", ["kind", "ref"])
    op.create_index("work_holds_due", "work_holds", ["due"])


def create_work_logs(op: Operations) -> None:
    op.create_table(
        "work_logs",
        Column("id", Serial, autoincrement=True, nullable=False),
        Column("item", String(), nullable=False),
        Column("attempt", Integer(), nullable=False),
        Column("at", UtcTime, nullable=False),
        Column("level", String(), nullable=False),
        Column("text", Text(), nullable=False),
        ForeignKeyConstraint(["item"], ["work_items.id"], ondelete="CASCADE"),
        PrimaryKeyConstraint("id"),
    )
    op.create_index("work_logs_by_item", "work_logs", ["item", "id"])


def create(op: Operations) -> None:
    """Every table of the first version."""
    for make in (
        create_work_items,
        create_work_holds,
        create_work_dependencies,
        create_work_approvals,
        create_work_logs,
        create_work_artifacts,
        create_work_checkpoints,
        create_work_pauses,
        create_work_schedules,
        create_work_boots,
        create_work_leases,
    ):
        make(op)


def show_before_asking(op: Operations) -> None:
    """A question keeps what was shown with it, and is bound to that."""
    op.add_column("work_approvals", Column("preview", Json))
    op.add_column("work_approvals", Column("digest", String()))


MIGRATIONS = (create, answer_quickly, search_words, oldest_holds_first, never_ran_apart, show_before_asking)
