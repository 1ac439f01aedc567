"""The restore drill: the newest backup is restored beside the live data, opened, and compared with its manifest."""

import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from hydra_lab.areas.maintenance.backup import postgres, store
from hydra_lab.areas.maintenance.backup.make import folder_of, sound
from hydra_lab.areas.maintenance.backup.model import ANOTHER_ONE, Manifest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import postgres_url
from hydra_lab.kernel.database.migrate import versions_in
from hydra_lab.kernel.errors import Denied, HydraError


def drill(ctx: Context, manifest: Manifest) -> list[str]:
    """Restore a backup into a place of its own and take it away again; what was seen, in words.

    Raises ``HydraError`` when the backup could not be used.
    """
    folder = folder_of(ctx) / manifest.name
    seen = sound(folder, manifest)
    tables = (
        restored_sqlite(folder, manifest) if manifest.database.engine == "sqlite" else restored(ctx, folder, manifest)
    )
    if tables != manifest.database.tables:
        raise HydraError(
            f"What was restored from {manifest.name} has other rows than its manifest says.", fix=ANOTHER_ONE
        )
    return [*seen, "restored beside the live data and opened", schema(ctx, manifest)]


def restored_sqlite(folder: Path, manifest: Manifest) -> dict[str, int]:
    """Put the file where a new data directory would have it, open it for writing as Hydra does, and count."""
    place = Path(tempfile.mkdtemp(prefix=".drill-", dir=folder.parent))
    try:
        target = place / "hydra.db"
        shutil.copyfile(folder / manifest.database.file, target)
        with closing(store.opened_for_work(target)) as connection:
            wrong, tables = store.problems(connection), store.counts(connection)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if wrong:
        raise HydraError(f"The restored database is not sound: {'; '.join(wrong)}.", fix=ANOTHER_ONE)
    return tables


def restored(ctx: Context, folder: Path, manifest: Manifest) -> dict[str, int]:
    """Read the dump into a database of its own on the same server, count, and drop it."""
    url = ctx.services.database.url
    name = f"hydra_drill_{(ctx.item_id or 'now')[-12:].replace('-', '_')}"
    server = create_engine(postgres_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        store.drop_scratch(server, name)
        store.create_scratch(server, name)
    except DBAPIError as error:
        role = make_url(url).username or "of Hydra"
        raise Denied(
            "The server refused a database for the drill.",
            fix=f"Let the role make databases: ALTER ROLE {role} CREATEDB.",
        ) from error
    try:
        postgres.restore_into(url, name, folder / manifest.database.file, ctx.check_cancelled)
        scratch = create_engine(make_url(postgres_url(url)).set(database=name), poolclass=NullPool)
        with scratch.connect() as connection:
            return store.postgres_counts(connection)
    finally:
        store.drop_scratch(server, name)


def schema(ctx: Context, manifest: Manifest) -> str:
    """How the backup's schema compares to what this Hydra knows. Raises ``HydraError`` when it is newer."""
    with ctx.read() as connection:
        now = versions_in(connection)
    newer = sorted(room for room, version in manifest.database.versions.items() if version > now.get(room, 0))
    if newer:
        raise HydraError(
            f"The backup's schema of {', '.join(newer)} is newer than this Hydra.",
            fix=f"Restore it with Hydra {manifest.hydra}.",
        )
    behind = [room for room, version in now.items() if manifest.database.versions.get(room, 0) < version]
    return f"schema: {len(behind)} rooms would be upgraded at start" if behind else "schema: the one in use"
