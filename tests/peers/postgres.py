"""PostgreSQL for the tests: one server for all of them, a fresh database for each."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tests.peers.starting import absent, installed, peer


class Postgres:
    """A running server; ``url`` leads to its maintenance database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = itertools.count(1)

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new and empty database, dropped at the end of the block with whoever is still in it."""
        name = sql.Identifier(f"hydra_{next(self._numbers)}")
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        try:
            yield self.url.rpartition("/")[0] + "/" + name.as_string().strip('"')
        finally:
            self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running() -> Iterator[Postgres]:
    """A server for the length of a block."""
    if not installed("/usr/lib/postgresql/*/bin/postgres"):
        absent("PostgreSQL", bring="apt install postgresql")
    with peer("postgres.sh") as values:
        yield Postgres(values["URL"])
