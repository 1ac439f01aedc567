"""The steps of each maintenance action."""

import shutil
import sqlite3
from datetime import timedelta

from sqlalchemy import Connection

from hydra_lab.areas.maintenance import store
from hydra_lab.areas.maintenance.backup import drill, make
from hydra_lab.areas.maintenance.backup.model import Manifest, backups_in, name_of, size_of
from hydra_lab.areas.maintenance.disks import TREND_DAYS, Disk, Unread, Usage, gib, mounted, outlook
from hydra_lab.areas.maintenance.model import (
    BackupMade,
    CheckSeen,
    DisksChecked,
    Drilled,
    Forgotten,
    HealthChecked,
    Optimized,
)
from hydra_lab.areas.maintenance.report import disks_report, health_report
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Busy, Conflict, NotReady
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.work.prune import Pruned, prune

KEEP_SAMPLES = timedelta(days=400)


def back_up(ctx: Context) -> BackupMade:
    """Copy, verify, publish, rotate."""
    manifest = backed_up(ctx)
    removed = ctx.step("rotate", make.rotate, ctx)
    rows = sum(manifest.database.tables.values())
    ctx.artifact("manifest.json", manifest.model_dump_json(indent=2).encode(), "application/json")
    return BackupMade(
        summary=f"Backed up {rows:,} rows ({gib(size_of(manifest))}) and verified the copy.",
        name=manifest.name, folder=str(make.folder_of(ctx) / manifest.name), size=size_of(manifest), rows=rows,
        checks=manifest.checks, artifacts=manifest.artifacts.count, artifacts_missing=manifest.artifacts.missing,
        key_included=manifest.key.included, key=manifest.key.how, removed=removed,
    )  # fmt: skip


def backed_up(ctx: Context) -> Manifest:
    """A new verified backup."""
    made_at = ctx.clock.now()
    name = name_of(made_at, ctx.item_id or ctx.new_id())
    ctx.step("copy", make.copy, ctx, name, made_at)
    ctx.progress(0.7, "verifying the copy")
    checks = ctx.step("verify", make.verify, ctx, name, made_at)
    for one in checks:
        ctx.log(f"verified: {one}")
    return ctx.step("publish", make.publish, ctx, name, ctx.clock.now(), checks)


def drill_restore(ctx: Context) -> Drilled:
    """Restore the newest backup beside the live data; where there is none, one is made first."""
    newest = ctx.step("find", newest_backup, ctx)
    manifest = newest or backed_up(ctx)
    ctx.progress(0.8, f"restoring {manifest.name} beside the live data")
    seen = ctx.step("restore", drill.drill, ctx, manifest)
    rows = sum(manifest.database.tables.values())
    return Drilled(
        summary=f"{manifest.name} was restored and holds all {rows:,} rows.", backup=manifest.name,
        made_at=manifest.made_at, made_for_it=newest is None, rows=rows, checks=seen,
    )  # fmt: skip


def newest_backup(ctx: Context) -> Manifest | None:
    """The newest verified backup."""
    return next(iter(backups_in(make.folder_of(ctx))), None)


def optimize(ctx: Context) -> Optimized:
    """Tidy the database and say what that won."""
    return ctx.step("optimize", tidied, ctx)


def tidied(ctx: Context) -> Optimized:
    """The database tidied. Raises ``Busy`` when others kept it locked."""
    path = ctx.services.database.path
    try:
        done = store.tidy_sqlite(path) if path else store.tidy_postgres(ctx.services.database.url)
    except sqlite3.OperationalError as error:
        if "locked" not in str(error) and "busy" not in str(error):
            raise
        raise Busy("Others kept the database locked.", fix="It is tried again; a quiet hour helps.") from error
    won = done.before + done.log_before - done.after - done.log_after
    return Optimized(
        summary=f"The database takes {gib(done.after + done.log_after)}, {gib(max(0, won))} less than before.",
        size_before=done.before, size_after=done.after, log_before=done.log_before, log_after=done.log_after,
        done=list(done.said),
    )  # fmt: skip


class Measured(Output):
    """File systems as measured at one time."""

    seen: list[Usage]
    unread: list[Unread]


def measured(ctx: Context) -> Measured:
    """Every file system that holds data, now."""
    seen, unread = mounted(ctx.services.settings.current.data_dir)
    return Measured(seen=seen, unread=unread)


def check_disks(ctx: Context) -> DisksChecked:
    """Measure, compare with what was measured before, keep the measurement."""
    now, node = ctx.clock.now(), ctx.services.settings.current.node
    found = ctx.step("measure", measured, ctx)

    def kept(connection: Connection) -> list[Disk]:
        since = now - timedelta(days=TREND_DAYS)
        disks = [outlook(now, one, store.history(connection, node, one.mount, since)) for one in found.seen]
        store.keep_samples(connection, node, now, found.seen)
        return disks

    disks = ctx.transaction("keep", kept)
    ctx.artifact("disks.md", disks_report(disks, found.unread, now).encode(), "text/markdown")
    fullest = max(disks, key=lambda one: one.used_percent)
    holding = "1 file system holds" if len(disks) == 1 else f"{len(disks)} file systems hold"
    summary = f"{holding} data; the fullest, {fullest.mount}, has {gib(fullest.free)} free."
    return DisksChecked(summary=summary, node=node, disks=disks, unread=found.unread)


def prune_expired(ctx: Context) -> Forgotten:
    """Forget what is older than the settings keep."""
    keep = ctx.services.settings.current.retention
    return forget(ctx, items_days=keep.items_days, logs_days=keep.logs_days, journal_days=keep.journal_days)


def forget(ctx: Context, *, items_days: int, logs_days: int, journal_days: int) -> Forgotten:
    """Forget finished work, log lines, journal entries and disk measurements beyond their ages."""
    now = ctx.clock.now()
    pruned = ctx.step("items", prune_items, ctx, items_days, logs_days)

    def old(connection: Connection) -> list[int]:
        before = now - timedelta(days=journal_days)
        open_ = store.open_items_with_events_before(connection, before)
        return [journal.prune(connection, before, open_), store.drop_samples(connection, now - KEEP_SAMPLES)]

    entries, measurements = ctx.transaction("journal", old)
    return Forgotten(
        summary=f"Forgot {pruned.items:,} items, {pruned.log_lines:,} log lines and {entries:,} journal entries.",
        items=pruned.items, log_lines=pruned.log_lines, journal_entries=entries, measurements=measurements,
    )  # fmt: skip


def prune_items(ctx: Context, items_days: int, logs_days: int) -> Pruned:
    """Forget items and log lines. Raises ``NotReady`` where no engine runs."""
    node = ctx.services.work.node
    if node is None:
        raise NotReady("Nothing runs work in this process.", fix="Start Hydra, then try again.")
    return prune(ctx.services, node.engine, ctx.actor, items_days=items_days, logs_days=logs_days)


def check_health(ctx: Context) -> HealthChecked:
    """Run every health check. Raises ``Conflict`` naming what is bad; the report is kept either way."""
    seen = ctx.step("checks", checks_seen, ctx)
    ctx.artifact("health.md", health_report(seen).encode(), "text/markdown")
    bad = [one for one in seen if one.status == "bad"]
    if bad:
        said = " ".join(f"{one.title}: {one.detail}" for one in bad)
        raise Conflict(f"{len(bad)} of {len(seen)} health checks are bad. {said}", fix=bad[0].fix)
    warned = sum(one.status == "warn" for one in seen)
    unknown = sum(one.status == "unknown" for one in seen)
    summary = f"{len(seen)} checks: none is bad, {warned} warn, {unknown} could not look."
    return HealthChecked(summary=summary, checks=seen)


def checks_seen(ctx: Context) -> list[CheckSeen]:
    """Every health check's answer now."""
    shown = ctx.call("health.show")
    return [
        CheckSeen(name=one.name, title=one.title, status=one.status, detail=one.detail, fix=one.fix)
        for one in shown.checks
    ]


def room(ctx: Context) -> tuple[int, int]:
    """Bytes in all and free where the data directory lies."""
    seen = shutil.disk_usage(ctx.services.settings.current.data_dir)
    return seen.total, seen.free
