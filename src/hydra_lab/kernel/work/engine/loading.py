"""DBOS, loaded without what Hydra does not use of it: that is 17 MB and a tenth of the start.

It imports the driver of Postgres also where the database is SQLite, and SQLAlchemy's object mapping for callers who
hand it such a session; Hydra hands it connections.
"""

from hydra_lab.kernel.process.standing_in import Later, Unused, standing_in

__all__ = ["DBOS", "Serializer", "SetWorkflowID", "engine_errors"]

with standing_in(
    Later("psycopg", errors=Later("psycopg.errors")), Unused("sqlalchemy.orm"), Unused("sqlalchemy.ext.asyncio")
):
    from dbos import DBOS, Serializer, SetWorkflowID
    from dbos import error as engine_errors
