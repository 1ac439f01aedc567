"""What maintenance tells the rest of Hydra: checks of disk and backups, and the work that recurs by itself."""

from datetime import timedelta
from typing import Any

from hydra_lab.areas.maintenance import store
from hydra_lab.areas.maintenance.backup import make
from hydra_lab.areas.maintenance.backup.model import backups_in
from hydra_lab.areas.maintenance.disks import gib
from hydra_lab.areas.maintenance.work import room
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult, Contribution, Fact, Routine
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal

LATE = timedelta(days=3)
LITTLE = 0.1
MISSING, FOUND = "maintenance.backup_missing", "maintenance.backup_found"


def disk(ctx: Context) -> CheckResult:
    """Whether there is room where the data lies."""
    total, free = room(ctx)
    least = ctx.services.settings.current.disk_free_min_mib << 20
    data = {"total": total, "free": free}
    detail = f"{gib(free)} of {gib(total)} are free where the data lies."
    if free < least:
        fix = "Free space: `hydra maintenance run --action disk_check` shows where it went."
        return CheckResult(status="bad", detail=f"{detail} Nothing new is started.", fix=fix, data=data)
    if free < total * LITTLE:
        return CheckResult(status="warn", detail=detail, fix="Free space before it runs out.", data=data)
    return CheckResult(status="ok", detail=detail, data=data)


def backups(ctx: Context) -> CheckResult:
    """Whether there is a recent, verified backup."""
    settings, found = ctx.services.settings.current, backups_in(make.folder_of(ctx))
    fix = "Run `hydra maintenance run --action backup`."
    if not found:
        late = settings.backup.every == "off"
        detail = (
            "There is no backup, and none is scheduled." if late else "There is no backup yet; one is made every night."
        )
        return CheckResult(status="warn" if late else "ok", detail=detail, fix=fix)
    age = ctx.clock.now() - found[0].made_at
    detail = f"The newest of {len(found)} verified backups is {age.total_seconds() / 3600:.1f} hours old."
    if age > LATE:
        return CheckResult(status="warn", detail=detail, fix=fix)
    return CheckResult(status="ok", detail=detail)


def tell_of_backups(ctx: Context) -> None:
    """Journal once that there is no recent backup, and once that there is one again."""
    now = backups(ctx)
    missing = now.status != "ok"
    with ctx.begin() as connection:
        last = journal.page(connection, Filter(names=(MISSING, FOUND)), before=None, limit=1)
        if missing != bool(last and last[0].name == MISSING):
            ctx.emit(connection, MISSING if missing else FOUND, data={"detail": now.detail})


def backup_facts(ctx: Context) -> dict[str, Any]:
    """How many verified backups there are, and the newest."""
    found = backups_in(make.folder_of(ctx))
    newest = {"name": found[0].name, "made_at": found[0].made_at.isoformat()} if found else None
    return {"verified": len(found), "newest": newest}


def disk_facts(ctx: Context) -> dict[str, int]:
    """Bytes in all and free where the data lies."""
    total, free = room(ctx)
    return {"total_bytes": total, "free_bytes": free}


def disks_facts(ctx: Context) -> list[dict[str, Any]]:
    """Every file system that holds data, as it was measured last."""
    with ctx.read() as connection:
        found = store.newest(connection)
    return [
        {
            "node": node, "mount": mount, "at": seen.at.isoformat(), "total_bytes": seen.total,
            "free_bytes": seen.free,
        }
        for node, mount, seen in found
    ]  # fmt: skip


def routine(id: str, title: str, action: str, cron: str) -> Routine:
    """Recurring maintenance at a fixed time of the lab's night."""
    return Routine(
        id=id, title=title, operation="maintenance.run", cron=lambda settings: cron, input={"action": action}
    )


CONTRIBUTIONS: tuple[Contribution, ...] = (
    Check(name="disk", title="Disk", run=disk),
    Check(name="backups", title="Backups", run=backups),
    Beat(name="backups-missing", every_s=600.0, run=tell_of_backups, on=("settings.changed",)),
    Fact(name="backups", measure=backup_facts),
    Fact(name="disk", measure=disk_facts),
    Fact(name="disks", measure=disks_facts),
    Routine(
        id="backup", title="Back up Hydra and verify the copy", operation="maintenance.run",
        cron=lambda settings: settings.backup.every, input={"action": "backup"},
    ),
    routine("prune", "Forget what has expired", "prune", "50 3 * * *"),
    routine("disk-check", "Measure every disk that holds data", "disk_check", "10 4 * * *"),
    routine("restore-drill", "Prove that the newest backup can be restored", "restore_drill", "20 4 * * 0"),
    routine("database-optimize", "Tidy Hydra's database", "database_optimize", "40 4 * * 0"),
)  # fmt: skip
