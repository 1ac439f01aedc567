"""The table of changes: which configuration was applied last to each compose project, to go back to."""

from sqlalchemy import Column, MetaData, String, Table, Text

from hydra_lab.kernel.database.columns import UtcTime

metadata = MetaData()

applied = Table(
    "changes_applied",
    metadata,
    Column("node", String, primary_key=True),
    Column("project", String, primary_key=True),
    Column("config", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)
