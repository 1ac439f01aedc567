"""The database: one SQLite file or one Postgres, reached the same way."""

from hydra_lab.kernel.database.columns import Json, UtcTime
from hydra_lab.kernel.database.connect import Database

__all__ = ["Database", "Json", "UtcTime"]
