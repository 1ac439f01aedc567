"""The database: what cannot serve is refused with a sentence."""

import psycopg
import pytest

from hydra_lab.kernel.database import Database
from hydra_lab.kernel.errors import NotReady
from tests.peers.postgres import Postgres


def test_a_postgres_database_that_does_not_keep_every_language_is_refused(postgres_server: Postgres) -> None:
    with psycopg.connect(postgres_server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE plain ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    database = Database(postgres_server.url.rpartition("/")[0] + "/plain")
    with pytest.raises(NotReady, match="SQL_ASCII") as refused, database.begin():
        pass
    assert "createdb --encoding UTF8" in str(refused.value.fix)
    database.close()
