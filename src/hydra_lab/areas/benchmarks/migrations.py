"""How the table of benchmark runs came to be. New steps go to the end; a step that was released never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Boolean, Column, String

from hydra_lab.kernel.database.columns import Json, UtcTime

if TYPE_CHECKING:
    from alembic.operations import Operations


def create(op: Operations) -> None:
    """The table itself."""
    op.create_table(
        "benchmarks_runs",
        Column("id", String, primary_key=True),
        Column("suite", String, nullable=False),
        Column("target", String, nullable=False),
        Column("conditions", String, nullable=False),
        Column("item", String),
        Column("state", String, nullable=False),
        Column("started_at", UtcTime, nullable=False),
        Column("run", Json, nullable=False),
    )
    op.create_index("ix_benchmarks_runs_conditions", "benchmarks_runs", ["conditions"])
    op.create_index("ix_benchmarks_runs_started_at_id", "benchmarks_runs", ["started_at", "id"])


def keep_verdicts(op: Operations) -> None:
    """What people say of judges' verdicts."""
    op.create_table(
        "benchmarks_verdicts",
        Column("run", String, primary_key=True),
        Column("case", String, primary_key=True),
        Column("judge", String, nullable=False),
        Column("right", Boolean, nullable=False),
        Column("agrees", Boolean, nullable=False),
        Column("by", String, nullable=False),
        Column("at", UtcTime, nullable=False),
    )
    op.create_index("ix_benchmarks_verdicts_judge", "benchmarks_verdicts", ["judge"])


MIGRATIONS = (create, keep_verdicts)
