"""Writing work items, in transactions that may meet others."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from hydra_lab.kernel.database import Database

T = TypeVar("T")
TRIES = 5
MET_ANOTHER = ("40001", "40P01")  # PostgreSQL: serialization failure, deadlock


def in_turn(database: Database, work: Callable[[Connection], T]) -> T:
    """``work`` in a write transaction; done again where another transaction came in its way.

    That is a deadlock that the database broke, or a key that another just took: the second time it is seen. ``work``
    must do nothing but write to its connection.
    """
    for _ in range(TRIES - 1):
        try:
            with database.begin() as connection:
                return work(connection)
        except IntegrityError:
            continue
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in MET_ANOTHER:
                raise
    with database.begin() as connection:
        return work(connection)
