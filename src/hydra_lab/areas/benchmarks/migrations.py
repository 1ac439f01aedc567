"""How the table of benchmark runs came to be. New steps go to the end; a step that was released never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, String

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


MIGRATIONS = (create,)
