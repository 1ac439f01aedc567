"""How the table of readers came to be."""

from alembic.operations import Operations
from sqlalchemy import Column, String

from hydra_lab.kernel.database.columns import UtcTime


def create(op: Operations) -> None:
    """The table itself."""
    op.create_table(
        "state_reads",
        Column("reader", String, primary_key=True),
        Column("at", UtcTime, nullable=False),
    )


MIGRATIONS = (create,)
