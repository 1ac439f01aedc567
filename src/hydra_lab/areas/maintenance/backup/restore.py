"""Restoring a backup into a data directory: what was there is moved aside, never overwritten."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from hydra_lab.areas.maintenance.backup import files, store
from hydra_lab.areas.maintenance.backup.make import sound
from hydra_lab.areas.maintenance.backup.model import STAMP, Manifest, backups_in, read_manifest
from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.operation import Output


class Restored(Output):
    """What was restored. ``aside`` is the folder that now holds what was there before."""

    backup: Manifest
    aside: str
    missing: list[str]
    key: str


def chosen(data_dir: Path, name: str | None) -> Path:
    """A backup's folder: by path, by name, or the newest. Raises ``NotFound`` naming those there are."""
    folder = data_dir / "backups"
    if name and (Path(name) / "manifest.json").is_file():
        return Path(name)
    there = [one.name for one in backups_in(folder)]
    if name in there or (name is None and there):
        return folder / (name or there[0])
    listed = f"There are {', '.join(there)}." if there else "Make one with `hydra backup`."
    raise NotFound(f"There is no backup {name}." if name else f"There is no backup in {folder}.", fix=listed)


def restore(data_dir: Path, source: Path, now: datetime) -> Restored:
    """Put a backup's database and policy in place. The caller holds the data directory's lock.

    The backup is checked first, and its copy is complete on disk before anything is moved. Raises ``HydraError`` when
    the backup is not sound, ``Invalid`` for a dump of Postgres.
    """
    manifest = read_manifest(source)
    if manifest.database.engine != "sqlite":
        raise Invalid(
            f"{source} is a dump of Postgres.",
            fix=f"Restore it with `pg_restore --clean --if-exists --dbname=… {source / manifest.database.file}`.",
        )
    sound(source, manifest)
    fresh = data_dir / "hydra.db.restoring"
    shutil.copyfile(source / manifest.database.file, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb") as file:
        files.sync(file.fileno())
    aside = data_dir / "backups" / f"before-restore-{now:{STAMP}}"
    aside.mkdir(parents=True, mode=0o700)
    store.close_log(data_dir / "hydra.db")
    if (data_dir / "hydra.db").exists():
        # A second name for the old file, so that one rename takes the new one's place and there is always one.
        os.link(data_dir / "hydra.db", aside / "hydra.db")
    for name in ("hydra.db-wal", "hydra.db-shm", "STATE.json", *(["policy.yaml"] if manifest.policy else [])):
        if (data_dir / name).exists():
            (data_dir / name).rename(aside / name)
    fresh.replace(data_dir / "hydra.db")
    if manifest.policy:
        files.keep(source / manifest.policy.file, data_dir)
    files.settle(aside)
    return Restored(backup=manifest, aside=str(aside), missing=manifest.artifacts.missing, key=manifest.key.how)
