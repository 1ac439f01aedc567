"""Backups of a Postgres database with its own tools: ``pg_dump`` writes them, ``pg_restore`` reads them back."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url

from hydra_lab.areas.maintenance.backup import files, store
from hydra_lab.areas.maintenance.backup.model import DatabaseCopy
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.migrate import versions_in
from hydra_lab.kernel.errors import HydraError, NotReady

COPY = re.compile(rb'^COPY ((?:"(?:[^"]|"")+"|\w+)\.(?:"(?:[^"]|"")+"|\w+)) .*FROM stdin;$')


def tool(name: str) -> str:
    """The path of a Postgres tool. Raises ``NotReady`` saying what to install."""
    found = shutil.which(name)
    if found is None:
        raise NotReady(
            f"{name} is not installed on this machine.",
            fix="Install the PostgreSQL client of your server's version, e.g. `apt install postgresql-client`.",
        )
    return found


def environment(url: str, database: str | None = None) -> dict[str, str]:
    """What tells the tools where the server is; the password is not put where other users could see it."""
    parts = make_url(url)
    values = {
        "PGHOST": parts.host, "PGPORT": str(parts.port) if parts.port else None, "PGUSER": parts.username,
        "PGPASSWORD": parts.password, "PGDATABASE": database or parts.database, "PGCONNECT_TIMEOUT": "15",
        **{f"PG{name.upper()}": value for name, value in parts.query.items() if name in ("host", "sslmode")},
    }  # fmt: skip
    return os.environ | {name: str(value) for name, value in values.items() if value}


def run(arguments: list[str], env: dict[str, str], look: Callable[[], None]) -> None:
    """Run a tool to its end; ``look`` is called about twice a second and may raise, which ends the tool.

    Raises ``HydraError`` with what the tool said.
    """
    process = subprocess.Popen(  # noqa: S603 - our own arguments
        arguments, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        while True:
            try:
                _, said = process.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                look()
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode:
        words = " ".join(said.decode(errors="replace").split())[-600:]
        raise HydraError(f"{Path(arguments[0]).name} failed: {words}", fix="Its version must be at least the server's.")


def dump(ctx: Context, part: Path) -> DatabaseCopy:
    """Dump the database as it is at one moment, counted at that same moment."""
    database = ctx.services.database
    program, target = tool("pg_dump"), part / "hydra.dump"

    def look() -> None:
        ctx.check_cancelled()
        ctx.progress(None, f"dumping the database, {target.stat().st_size >> 20 if target.exists() else 0} MiB so far")

    with database.read() as connection:
        snapshot = store.moment(connection)
        tables = store.postgres_counts(connection)
        versions = versions_in(connection)
        arguments = [program, "--format=custom", f"--snapshot={snapshot}", f"--file={target}", "--no-password"]
        run(arguments, environment(database.url), look)
    target.chmod(0o600)
    kept = files.described(target)
    return DatabaseCopy(
        engine="postgresql", file=kept.file, size=kept.size, sha256=kept.sha256, tables=tables, versions=versions
    )


def rows_in(path: Path) -> dict[str, int]:
    """Read a dump to its end and count each table's rows; needs no server. Raises ``HydraError`` if it is broken."""
    arguments = [tool("pg_restore"), "--data-only", "--file=-", str(path)]
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603
    assert process.stdout is not None
    rows: dict[str, int] = {}
    table: str | None = None
    for line in process.stdout:
        if table is not None:
            if line.rstrip(b"\n") == b"\\.":
                table = None
            else:
                rows[table] += 1
        elif match := COPY.match(line.rstrip(b"\n")):
            table = bare(match[1].decode())
            rows[table] = 0
    _, said = process.communicate()
    if process.returncode or table is not None:
        raise HydraError(
            f"The dump cannot be read: {' '.join(said.decode(errors='replace').split())[-400:]}",
            fix="Use a pg_restore that is at least as new as the server, then make another backup.",
        )
    return rows


def bare(name: str) -> str:
    """``"a"."b"`` without its quotation marks."""
    parts = re.findall(r'"((?:[^"]|"")+)"|(\w+)', name)
    return ".".join(quoted.replace('""', '"') or plain for quoted, plain in parts)


def restore_into(url: str, name: str, path: Path, look: Callable[[], None]) -> None:
    """Read a dump into an empty database."""
    arguments = [tool("pg_restore"), "--exit-on-error", "--no-owner", f"--dbname={name}", "--no-password", str(path)]
    run(arguments, environment(url, name), look)
