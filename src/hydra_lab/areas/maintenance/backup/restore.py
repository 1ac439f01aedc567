"""Restoring a backup into a data directory: what was there is moved aside, never overwritten."""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hydra_lab.areas.maintenance.backup import files, store
from hydra_lab.areas.maintenance.backup.make import MOST_MISSING, is_there, sound
from hydra_lab.areas.maintenance.backup.model import MANIFEST, STAMP, UPGRADE_COPIES, backups_in, read_manifest
from hydra_lab.kernel.errors import HydraError, Invalid, NotFound
from hydra_lab.kernel.operation import Output


class Restored(Output):
    """What was restored.

    ``aside`` is the folder that now holds what was there before; ``artifacts_missing`` names files of work, fifty at
    most, that the restored database knows and the data directory does not have.
    """

    source: str
    rows: int
    aside: str
    artifacts_missing: list[str]
    key: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is restored from: a checked database file, and a policy where the backup has one."""

    database: Path
    policy: Path | None
    rows: int
    key: str


def chosen(data_dir: Path, name: str | None) -> Path:
    """A backup by path or name, or the newest. Raises ``NotFound`` naming those there are.

    The copies that an upgrade makes of the database, ``before-upgrade-….db``, can be named too.
    """
    folder = data_dir / "backups"
    there = [one.name for one in backups_in(folder)]
    copies = sorted((path.name for path in folder.glob(UPGRADE_COPIES)), reverse=True)
    if name is None and there:
        return folder / there[0]
    if name in there or name in copies:
        return folder / str(name)
    if name and (path := Path(name).expanduser()).exists():
        return path
    listed = f"There are {', '.join([*there, *copies])}." if there or copies else "Make one with `hydra backup`."
    raise NotFound(f"There is no backup {name}." if name else f"There is no backup in {folder}.", fix=listed)


def examined(path: Path) -> Source:
    """A backup, checked. Raises ``HydraError`` when it is not sound, ``Invalid`` when it is none or a Postgres dump."""
    if path.is_file():
        return Source(
            database=path, policy=None, rows=sum(bare(path).values()),
            key="The copy holds the database alone; the key file must be the one it was used with.",
        )  # fmt: skip
    manifest = read_manifest(path)
    if manifest.database.engine != "sqlite":
        dump = path / manifest.database.file
        fix = f"Restore it with `pg_restore --clean --if-exists --dbname=… {dump}`."
        raise Invalid(f"{path} is a dump of Postgres.", fix=fix)
    sound(path, manifest)
    return Source(
        database=path / manifest.database.file, policy=path / manifest.policy.file if manifest.policy else None,
        rows=sum(manifest.database.tables.values()), key=manifest.key.how,
    )  # fmt: skip


def bare(path: Path) -> dict[str, int]:
    """The rows of each table of a database file. Raises ``Invalid`` unless it is a sound database of Hydra."""
    try:
        with closing(store.opened(path, immutable=True)) as connection:
            wrong = store.problems(connection)
            store.versions(connection)
            tables = store.counts(connection)
    except sqlite3.DatabaseError as error:
        raise Invalid(
            f"{path} is no database of Hydra: {error}.", fix=f"Name a backup: a folder with a {MANIFEST}."
        ) from error
    if wrong:
        raise HydraError(
            f"{path} is not sound: {'; '.join(wrong)}.",
            problems=wrong,
            fix="Restore an older backup: name it after `hydra restore`.",
        )
    return tables


def restore(data_dir: Path, path: Path, now: datetime) -> Restored:
    """Put a backup's database and policy in place. The caller holds the data directory's lock.

    The backup is checked first, and its copy is complete on disk before anything is moved. Raises as ``examined``.
    """
    source = examined(path)
    fresh = data_dir / "hydra.db.restoring"
    shutil.copyfile(source.database, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as file:
        files.sync(file.fileno())
    aside = data_dir / "backups" / f"before-restore-{now:{STAMP}}"
    aside.mkdir(parents=True, mode=0o700)
    store.close_log(data_dir / "hydra.db")
    if (data_dir / "hydra.db").exists():
        # A second name for the old file, so that one rename takes the new one's place and there is always one.
        os.link(data_dir / "hydra.db", aside / "hydra.db")
    for name in ("hydra.db-wal", "hydra.db-shm", "STATE.json", *(["policy.yaml"] if source.policy else [])):
        if (data_dir / name).exists():
            (data_dir / name).rename(aside / name)
    fresh.replace(data_dir / "hydra.db")
    if source.policy:
        files.keep(source.policy, data_dir)
    files.settle(aside)
    missing = artifacts_not_in(data_dir)
    return Restored(source=str(path), rows=source.rows, aside=str(aside), artifacts_missing=missing, key=source.key)


def artifacts_not_in(data_dir: Path) -> list[str]:
    """Files of work that the database in a data directory names and that are not there."""
    with closing(store.opened(data_dir / "hydra.db")) as connection:
        rows = store.artifact_rows_in(connection)
    root = data_dir / "artifacts"
    return [f"{row['item']}/{row['name']}" for row in rows if not is_there(root, row)][:MOST_MISSING]
