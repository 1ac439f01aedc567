"""The SQL of backups: copying an SQLite file while it is written to, and checking a copy."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text

from hydra_lab.kernel.work.tables import artifacts

PAGES = 2048  # copied between two looks at whether to go on


def opened(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """A connection that can only read. ``immutable`` is for copies that nothing writes to: it leaves no trace."""
    options = "mode=ro&immutable=1" if immutable else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True, timeout=30, isolation_level=None)


def opened_for_work(path: Path) -> sqlite3.Connection:
    """A connection as Hydra itself opens its database: write-ahead log, foreign keys on."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def close_log(path: Path) -> None:
    """Bring what is in a database's write-ahead log into its file; a file too broken for that is left as it is."""
    if path.is_file():
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy(source: Path, target: Path, progress: Callable[[float], None]) -> dict[str, int]:
    """Copy a database as it is at one moment, while others write; returns the rows of each table at that moment.

    One read transaction spans the counting and SQLite's online backup, so both see the same moment and nothing that
    is written meanwhile makes the copy start over. ``progress`` gets fractions and may raise to stop.
    """
    with closing(opened(source)) as live, closing(sqlite3.connect(target, isolation_level=None)) as made:
        live.execute("BEGIN")
        rows = counts(live)

        def told(_status: int, left: int, total: int) -> None:
            progress(1 - left / total if total else 1.0)

        live.backup(made, pages=PAGES, progress=told, sleep=0)
        live.execute("ROLLBACK")
        # A copy in WAL mode would need files beside it to be opened.
        made.execute("PRAGMA journal_mode=DELETE")
    return rows


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """The rows of each table."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    names = [str(name) for (name,) in connection.execute(query)]
    return {name: int(connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0]) for name in names}  # noqa: S608 - quoted


def quoted(name: str) -> str:
    """A table's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def problems(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong: pages, indexes, and references that lead nowhere; empty when it is sound."""
    wrong = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
    for table, number, parent, *_ in connection.execute("PRAGMA foreign_key_check").fetchmany(20):
        wrong.append(f"row {number} of {table} refers to a row of {parent} that is not there")
    return wrong


def versions(connection: sqlite3.Connection) -> dict[str, int]:
    """The schema version of each room in a database file."""
    query = "SELECT room, max(version) FROM schema_versions GROUP BY room"
    return {str(room): int(version) for room, version in connection.execute(query)}


def artifact_rows(connection: Connection) -> list[dict[str, str | int]]:
    """Every artifact as the database knows it: item, name, media type, size in bytes, sha256."""
    c = artifacts.c
    query = select(c.item, c.name, c.media_type, c.size, c.sha256).order_by(c.item, c.name)
    return [dict(row._mapping) for row in connection.execute(query)]


def artifact_rows_in(connection: sqlite3.Connection) -> list[dict[str, str | int]]:
    """The same of a database file: item, name and size; empty for a schema from before there were any."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (artifacts.name,)).fetchone():
        return []
    found = connection.execute(f"SELECT item, name, size FROM {quoted(artifacts.name)} ORDER BY item, name")  # noqa: S608 - quoted
    return [{"item": str(item), "name": str(name), "size": int(size)} for item, name, size in found]


def moment(connection: Connection) -> str:
    """On Postgres: hold what this connection sees still, and give it a name under which ``pg_dump`` sees the same."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    name: str = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
    return name


def postgres_counts(connection: Connection) -> dict[str, int]:
    """On Postgres: the rows of each table, named ``schema.table``."""
    query = (
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') "
        "ORDER BY schemaname, tablename"
    )
    found: dict[str, int] = {}
    for schema, table in connection.execute(text(query)).all():
        counted = text(f"SELECT count(*) FROM {quoted(schema)}.{quoted(table)}")  # noqa: S608 - quoted
        found[f"{schema}.{table}"] = connection.execute(counted).scalar_one()
    return found


def create_scratch(engine: Engine, name: str) -> None:
    """On Postgres: an empty database of our own, for a drill."""
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {quoted(name)} TEMPLATE template0"))


def drop_scratch(engine: Engine, name: str) -> None:
    """On Postgres: drop a database made by ``create_scratch``."""
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)"))
