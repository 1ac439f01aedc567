"""What maintenance does, and what each action answers."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from hydra_lab.areas.maintenance.disks import Disk, Unread
from hydra_lab.kernel.operation import Input, Output


class Action(StrEnum):
    """What ``maintenance.run`` can do."""

    BACKUP = "backup"
    RESTORE_DRILL = "restore_drill"
    DATABASE_OPTIMIZE = "database_optimize"
    DISK_CHECK = "disk_check"
    PRUNE = "prune"
    HEALTH_CHECK = "health_check"


class RunMaintenance(Input):
    """Which action to run."""

    action: Action = Field(description="What to do")


class PruneNow(Input):
    """How old finished work must be to be forgotten, whatever the settings keep."""

    older_than_days: int = Field(ge=0, le=36500, description="Finished work older than this is deleted")


class BackupMade(Output):
    """A verified backup. ``size`` in bytes; ``removed`` are older ones that gave way."""

    action: Literal[Action.BACKUP] = Action.BACKUP
    summary: str
    name: str
    folder: str
    size: int
    rows: int
    checks: list[str]
    artifacts: int
    artifacts_missing: list[str]
    key_included: bool
    key: str
    removed: list[str]


class Drilled(Output):
    """A backup that was restored and found usable. ``made_for_it``: there was none, so one was made first."""

    action: Literal[Action.RESTORE_DRILL] = Action.RESTORE_DRILL
    summary: str
    backup: str
    made_at: datetime
    made_for_it: bool
    rows: int
    checks: list[str]


class Optimized(Output):
    """The database's size in bytes before and after, its write-ahead log with it, and what was done."""

    action: Literal[Action.DATABASE_OPTIMIZE] = Action.DATABASE_OPTIMIZE
    summary: str
    size_before: int
    size_after: int
    log_before: int
    log_after: int
    done: list[str]


class DisksChecked(Output):
    """Every file system that holds data, and those that could not be measured."""

    action: Literal[Action.DISK_CHECK] = Action.DISK_CHECK
    summary: str
    node: str
    disks: list[Disk]
    unread: list[Unread]


class Forgotten(Output):
    """What was pruned, by what the settings keep or by a person's word."""

    action: Literal[Action.PRUNE] = Action.PRUNE
    summary: str
    items: int
    log_lines: int
    journal_entries: int
    measurements: int


class CheckSeen(Output):
    """One health check's answer."""

    name: str
    title: str
    status: str
    detail: str
    fix: str | None = None


class HealthChecked(Output):
    """Every health check; the action fails when one is bad."""

    action: Literal[Action.HEALTH_CHECK] = Action.HEALTH_CHECK
    summary: str
    checks: list[CheckSeen]


class BackupListed(Output):
    """One backup there is. ``size`` in bytes."""

    name: str
    made_at: datetime
    hydra: str
    size: int
    rows: int
    verified_at: datetime | None
    checks: list[str]


class Backups(Output):
    """Every verified backup, newest first, and when the next one is made."""

    folder: str
    every: str = Field(description="The cron line of the schedule, or off")
    keep: int
    key: str = Field(description="How the key file is kept")
    backups: list[BackupListed]
