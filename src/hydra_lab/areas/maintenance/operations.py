"""Keep Hydra itself in order: backups, drills, disks, pruning, health."""

from datetime import timedelta
from typing import assert_never

from hydra_lab.areas.maintenance import work
from hydra_lab.areas.maintenance.backup import make
from hydra_lab.areas.maintenance.backup.model import backups_in, size_of
from hydra_lab.areas.maintenance.model import (
    Action,
    BackupListed,
    BackupMade,
    Backups,
    DisksChecked,
    Drilled,
    Forgotten,
    HealthChecked,
    Optimized,
    PruneNow,
    RunMaintenance,
)
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, operation

Maintained = BackupMade | Drilled | Optimized | DisksChecked | Forgotten | HealthChecked


@operation(
    "maintenance.run", effect=Effect.WRITE, path="POST /maintenance/run", subject="action", tool=True, common=True,
    durable=Durable(attempts=3, timeout=timedelta(hours=2)),
)  # fmt: skip
def run(ctx: Context, input: RunMaintenance) -> Maintained:
    """Back up, rehearse a restore, tidy the database, measure disks, prune what has expired, or check health.

    `prune` forgets only what is older than the settings keep; `maintenance.prune_now` goes further and asks.
    """
    match input.action:
        case Action.BACKUP:
            return work.back_up(ctx)
        case Action.RESTORE_DRILL:
            return work.drill_restore(ctx)
        case Action.DATABASE_OPTIMIZE:
            return work.optimize(ctx)
        case Action.DISK_CHECK:
            return work.check_disks(ctx)
        case Action.PRUNE:
            return work.prune_expired(ctx)
        case Action.HEALTH_CHECK:
            return work.check_health(ctx)
        case _:
            assert_never(input.action)


@operation(
    "maintenance.prune_now", effect=Effect.DANGER, path="POST /maintenance/prune", floor="deletes data",
    durable=Durable(attempts=2),
)  # fmt: skip
def prune_now(ctx: Context, input: PruneNow) -> Forgotten:
    """Forget finished work and its history older than some days, even where the settings would keep it longer."""
    days = input.older_than_days
    return work.forget(ctx, items_days=days, logs_days=days, journal_days=days)


@operation("maintenance.backups", effect=Effect.READ, path="GET /maintenance/backups")
def backups(ctx: Context) -> Backups:
    """Show the backups there are, how often they are made, and how the key is kept."""
    settings, folder = ctx.services.settings.current, make.folder_of(ctx)
    listed = [
        BackupListed(
            name=one.name, made_at=one.made_at, hydra=one.hydra, size=size_of(one), verified_at=one.verified_at,
            rows=sum(one.database.tables.values()), checks=one.checks,
        )
        for one in backups_in(folder)
    ]  # fmt: skip
    return Backups(
        folder=str(folder), every=settings.backup.every, keep=settings.backup.keep, key=make.key_note(ctx).how,
        backups=listed,
    )  # fmt: skip
