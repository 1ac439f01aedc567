"""Forgetting finished work by age, never what something still needs."""

import shutil
from datetime import timedelta

from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.engine import Engine
from hydra_lab.kernel.work.find import store as find
from hydra_lab.kernel.work.logs import store as logs
from hydra_lab.kernel.work.logs.report import folder_of

BATCH = 500


class Pruned(Output):
    """What was forgotten."""

    items: int
    log_lines: int


def prune(services: Services, engine: Engine, actor: Actor, *, items_days: int, logs_days: int) -> Pruned:
    """Forget items that ended longer ago than ``items_days`` and log lines older than ``logs_days``.

    Kept whatever their age: items others depend on while those are open, those that came from a document that is
    still imported, those with files, and the last run of a schedule.
    """
    now = services.clock.now()
    gone = 0
    while True:
        with services.database.begin() as connection:
            rows = find.prunable(connection, now - timedelta(days=items_days), BATCH)
            changes.delete_items(connection, [id for id, _ in rows])
        for id, _ in rows:
            shutil.rmtree(folder_of(services, id), ignore_errors=True)
        engine.forget(rows)
        gone += len(rows)
        if len(rows) < BATCH:
            break
    with services.database.begin() as connection:
        lines = logs.prune_lines(connection, now - timedelta(days=logs_days))
        if gone or lines:
            services.journal.write(connection, "items.pruned", actor=actor, data={"items": gone, "log_lines": lines})
    return Pruned(items=gone, log_lines=lines)
