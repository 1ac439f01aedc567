"""What is checked of Hydra itself: its database, its data directory, its key, and whether work is being run."""

import os
import stat
from datetime import timedelta

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Check, CheckResult
from hydra_lab.kernel.policy.model import Mode
from hydra_lab.kernel.secrets import open_to_others
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.measure import oldest_ready
from hydra_lab.kernel.work.nodes import store as nodes

LONG_READY = timedelta(hours=1)


def database(ctx: Context) -> CheckResult:
    """Whether the database answers."""
    if ctx.services.database.healthy():
        kind = "SQLite" if ctx.services.database.is_sqlite else "Postgres"
        return CheckResult(status="ok", detail=f"The database ({kind}) answers.")
    return CheckResult(status="bad", detail="The database does not answer.", fix="The server's log says why.")


def data_directory(ctx: Context) -> CheckResult:
    """Whether the data directory can be written, and by nobody else."""
    path = ctx.services.settings.current.data_dir
    if not os.access(path, os.W_OK | os.X_OK):
        fix = f"Make {path} writable for the user Hydra runs as."
        return CheckResult(status="bad", detail=f"{path} cannot be written.", fix=fix)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        detail = f"Other users of this machine can look into {path}."
        return CheckResult(status="warn", detail=detail, fix=f"chmod 700 {path}")
    return CheckResult(status="ok", detail=f"{path} is writable, and by nobody else.")


def key(ctx: Context) -> CheckResult:
    """Whether the key file can be read by its owner alone."""
    path = ctx.services.secrets.key_file
    if not path.exists():
        return CheckResult(status="ok", detail="There is no key file yet: no secret was ever stored.")
    if open_to_others(path):
        return CheckResult(status="bad", detail=f"Others can read {path}.", fix=f"chmod 600 {path}")
    return CheckResult(status="ok", detail="Nobody else can read the key file.")


def work(ctx: Context) -> CheckResult:
    """Whether work that is ready is being run."""
    mode, node = ctx.services.policy.mode(), ctx.services.work.node
    if mode.mode in (Mode.PAUSED, Mode.STOPPED):
        word = "paused" if mode.mode is Mode.PAUSED else "stopped"
        return CheckResult(
            status="warn", detail=f"All of Hydra is {word}.", fix="`hydra control resume` lets it go on."
        )
    if node is None:
        return CheckResult(status="unknown", detail="This process runs no work; workers elsewhere may.")
    if node.releaser.blocked:
        fix = "Free space: `hydra maintenance backups` shows what backups take."
        return CheckResult(status="bad", detail=node.releaser.blocked, fix=fix)
    with ctx.read() as connection:
        since = oldest_ready(connection)
        unserved = [lane for lane in store.lanes_with_ready_work(connection) if not nodes.serves(connection, lane)]
    if unserved:
        detail = f"Work is ready that no running node serves: lane {', lane '.join(unserved)}."
        fix = f"Start `hydra worker --lanes {','.join(unserved)}` on the machine that is to run it."
        return CheckResult(status="warn", detail=detail, fix=fix)
    if since is not None and ctx.clock.now() - since > LONG_READY:
        hours = (ctx.clock.now() - since).total_seconds() / 3600
        detail = f"The item that waits longest for a slot has been ready for {hours:.1f} hours."
        return CheckResult(status="warn", detail=detail, fix="Give its lane more slots (`lanes` in the settings).")
    return CheckResult(status="ok", detail="Work that is ready is being run.")


CHECKS = (
    Check(name="database", title="Database", run=database),
    Check(name="data", title="Data directory", run=data_directory),
    Check(name="key", title="Key file", run=key),
    Check(name="work", title="Work", run=work),
)
