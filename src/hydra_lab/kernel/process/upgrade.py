"""Upgrading the database at start: a copy first, then each change in a transaction."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.database.migrate import Migration, migrate, pending, versions_in

log = structlog.get_logger()


def upgrade(database: Database, rooms: Mapping[str, Sequence[Migration]], backups: Path, clock: Clock) -> int:
    """Bring the schema up to date; returns how many changes were applied.

    An SQLite database that holds something is copied into ``backups`` first. Raises ``NotReady`` when the database was
    written by a newer Hydra. Postgres is not copied here: its owner's own backup or ``hydra backup`` does that.
    """
    behind = pending(database, rooms)
    if not behind:
        return 0
    with database.read() as connection:
        is_new = not versions_in(connection)
    if not is_new and database.path:
        copy = backups / f"before-upgrade-{clock.now():%Y%m%dT%H%M%SZ}.db"
        copy_database(database.path, copy)
        log.info("schema.copied", file=str(copy))
    applied = migrate(database, rooms, clock)
    if is_new:
        log.info("schema.created", changes=applied)
    else:
        log.info("schema.upgraded", changes=applied, rooms=sorted(behind))
    return applied


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of an SQLite file, also while it is written to (SQLite's online backup API)."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with sqlite3.connect(source) as live, sqlite3.connect(target) as copy:
        live.backup(copy)
    target.chmod(0o600)
