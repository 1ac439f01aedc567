"""Making a backup: copy into a hidden folder, verify the copy, and only then give it its name."""

import json
import shutil
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from hydra_lab import __version__
from hydra_lab.areas.maintenance.backup import files, postgres, rotation, store
from hydra_lab.areas.maintenance.backup.model import (
    ANOTHER_ONE,
    MANIFEST,
    PART,
    UPGRADE_COPIES,
    Artifacts,
    DatabaseCopy,
    Key,
    Manifest,
    backups_in,
    read_manifest,
)
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotReady

MOST_MISSING = 50
MOST_UPGRADE_COPIES = 3


def folder_of(ctx: Context) -> Path:
    """Where backups lie."""
    return ctx.services.settings.current.data_dir / "backups"


def copy(ctx: Context, name: str, made_at: datetime) -> Manifest:
    """Copy everything into the backup's hidden folder; begins anew if an earlier try left one behind.

    Raises ``NotReady`` when the disk has no room for it.
    """
    part = folder_of(ctx) / f"{PART}{name}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    room_for(ctx, part)
    database = database_copy(ctx, part)
    policy = files.keep(ctx.services.settings.current.data_dir / "policy.yaml", part)
    manifest = Manifest(
        name=name, made_at=made_at, hydra=__version__, database=database, policy=policy,
        artifacts=artifact_list(ctx, part), key=key_note(ctx),
    )  # fmt: skip
    files.write(part / MANIFEST, manifest.model_dump_json(indent=2))
    return manifest


def room_for(ctx: Context, part: Path) -> None:
    """Raise ``NotReady`` unless the copy and the wanted reserve fit on the disk."""
    path = ctx.services.database.path
    needed = path.stat().st_size if path else 0
    reserve = ctx.services.settings.current.disk_free_min_mib << 20
    free = shutil.disk_usage(part).free
    if free < needed + reserve:
        shutil.rmtree(part, ignore_errors=True)
        raise NotReady(
            f"There is no room for a backup: {free >> 20} MiB are free, {(needed + reserve) >> 20} are wanted.",
            fix=f"Free space where {part.parent} lies, or lower backup.keep.",
        )


def database_copy(ctx: Context, part: Path) -> DatabaseCopy:
    """The database's copy in the folder."""
    path = ctx.services.database.path
    if path is None:
        return postgres.dump(ctx, part)

    def progress(fraction: float) -> None:
        ctx.check_cancelled()
        ctx.progress(fraction * 0.6, "copying the database")

    target = part / "hydra.db"
    tables = store.copy(path, target, progress)
    target.chmod(0o600)
    with closing(store.opened(target, immutable=True)) as connection:
        versions = store.versions(connection)
    kept = files.described(target)
    return DatabaseCopy(
        engine="sqlite", file=kept.file, size=kept.size, sha256=kept.sha256, tables=tables, versions=versions
    )


def artifact_list(ctx: Context, part: Path) -> Artifacts:
    """The list of artifacts; what the database names and the disk has not, or in another size, is said."""
    with ctx.read() as connection:
        rows = store.artifact_rows(connection)
    root = ctx.services.settings.current.data_dir / "artifacts"
    on_disk = ctx.services.database.is_sqlite
    missing = [f"{row['item']}/{row['name']}" for row in rows if on_disk and not is_there(root, row)]
    files.write(part / "artifacts.json", json.dumps(rows, indent=1, ensure_ascii=False))
    return Artifacts(
        file="artifacts.json", count=len(rows), bytes=sum(int(row["size"]) for row in rows),
        missing=missing[:MOST_MISSING], content="not included" if on_disk else "in the database",
    )  # fmt: skip


def is_there(root: Path, row: dict[str, str | int]) -> bool:
    """Whether an artifact's file lies where it should, as long as it should be."""
    path = root / str(row["item"]) / str(row["name"])
    return path.is_file() and path.stat().st_size == row["size"]


def key_note(ctx: Context) -> Key:
    """How the key file is kept: never in the backup, which could then be read by whoever finds it."""
    path = ctx.services.secrets.key_file
    if not path.is_file():
        return Key(included=False, how="There is no key file yet, because no secret was ever sealed.")
    return Key(
        included=False,
        how=f"The key that seals integration secrets is not in the backup. Keep a copy of {path} apart from it; "
        "without the key those secrets must be set again after a restore.",
    )


def verify(ctx: Context, name: str, made_at: datetime) -> list[str]:
    """Open the copy and compare it with what was copied; what was checked, in words.

    Raises ``HydraError`` and removes the copy when it is not sound; tried again, it copies anew.
    """
    part = folder_of(ctx) / f"{PART}{name}"
    if not part.exists():
        copy(ctx, name, made_at)
    try:
        return sound(part, read_manifest(part))
    except HydraError:
        shutil.rmtree(part, ignore_errors=True)
        raise


def sound(folder: Path, manifest: Manifest) -> list[str]:
    """What was checked of a backup's copy, in words. Raises ``HydraError`` naming what is wrong."""
    path = folder / manifest.database.file
    if not path.is_file():
        raise HydraError(f"The backup {manifest.name} has lost its {manifest.database.file}.", fix=ANOTHER_ONE)
    if files.sha256_of(path) != manifest.database.sha256:
        raise HydraError(
            f"The copy in {folder} is not what was written: its SHA-256 differs.", fix="Look at the disk's health."
        )
    if manifest.database.engine == "postgresql":
        tables = postgres.rows_in(path)
        checks = ["the dump was read to its end"]
    else:
        with closing(store.opened(path, immutable=True)) as connection:
            wrong, tables = store.problems(connection), store.counts(connection)
        if wrong:
            raise HydraError(
                f"The copy of the database is not sound: {'; '.join(wrong)}.",
                problems=wrong,
                fix="`hydra doctor` says whether the live database is whole; if it is not, restore an older backup.",
            )
        checks = ["integrity check", "foreign keys"]
    differing = sorted(
        table
        for table in manifest.database.tables.keys() | tables.keys()
        if manifest.database.tables.get(table) != tables.get(table)
    )
    if differing:
        raise HydraError(f"The copy has other rows than the database in {', '.join(differing)}.", fix=ANOTHER_ONE)
    return [*checks, "SHA-256", f"{sum(tables.values()):,} rows in {len(tables)} tables, as many as were copied"]


def publish(ctx: Context, name: str, verified_at: datetime, checks: list[str]) -> Manifest:
    """Give the verified copy its name. Done again after a crash, it finds the name given and changes nothing."""
    part, final = folder_of(ctx) / f"{PART}{name}", folder_of(ctx) / name
    if not final.exists():
        manifest = read_manifest(part).model_copy(update={"verified_at": verified_at, "checks": checks})
        files.write(part / MANIFEST, manifest.model_dump_json(indent=2))
        files.settle(part)
        part.rename(final)
    return read_manifest(final)


def rotate(ctx: Context) -> list[str]:
    """Remove backups beyond the number to keep, and what broken tries left behind; the names removed."""
    settings = ctx.services.settings.current
    folder = folder_of(ctx)
    there = [(one.name, one.made_at) for one in backups_in(folder)]
    stay = rotation.kept(there, settings.backup.keep, settings.zone)
    gone = sorted(name for name, _ in there if name not in stay)
    for name in gone:
        shutil.rmtree(folder / name)
    old = (ctx.services.clock.now() - timedelta(days=1)).timestamp()
    for path in folder.glob(f"{PART}*"):
        if path.stat().st_mtime < old:
            shutil.rmtree(path, ignore_errors=True)
    for path in sorted(folder.glob(UPGRADE_COPIES), reverse=True)[MOST_UPGRADE_COPIES:]:
        path.unlink()
        gone.append(path.name)
    return gone
