"""Looking at what triggers wait for: each query is asked once for all of them, in one thread, at their own pace."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import structlog

from hydra_lab.areas.triggers import store
from hydra_lab.areas.triggers.measuring import store as looks
from hydra_lab.areas.triggers.measuring.asking import asked, reason
from hydra_lab.areas.triggers.measuring.judging import due, event_data, judged, told
from hydra_lab.areas.triggers.measuring.model import MEASURED, Measured, Metric
from hydra_lab.kernel.capabilities import Sample
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Invalid

log = structlog.get_logger()


def keep_looking(ctx: Context) -> None:
    """Have one thread look at what is due, unless one does already."""
    if any(isinstance(one, Look) and one.ctx.services is ctx.services for one in threading.enumerate()):
        return
    if waiting := to_look_at(ctx):
        Look(ctx, waiting).start()


def to_look_at(ctx: Context) -> list[tuple[str, Metric]]:
    """The triggers whose measurement is due to be looked at."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        mine = {view.id: view.trigger.when.metric for view in store.all_triggers(connection) if not view.trigger.paused}
        last = looks.all_looks(connection) if any(mine.values()) else {}
    return [
        (id, metric) for id, metric in mine.items()
        if metric and (id not in last or now - last[id][0] >= timedelta(seconds=metric.every_s))
    ]  # fmt: skip


class Look(threading.Thread):
    """One look at what is due; the next beat begins another."""

    def __init__(self, ctx: Context, waiting: Sequence[tuple[str, Metric]]) -> None:
        super().__init__(name="triggers-look", daemon=True)
        self.ctx, self.waiting = ctx, waiting

    def run(self) -> None:
        """Ask each query once; while nothing answers, the rest need not be asked."""
        answers: dict[str, list[Sample] | HydraError] = {}
        silent: HydraError | None = None
        for id, metric in self.waiting:
            if metric.query not in answers:
                try:
                    answers[metric.query] = silent or asked(self.ctx, metric.query)
                except HydraError as error:
                    answers[metric.query] = error
                    silent = None if isinstance(error, Invalid) else error
            try:
                note(self.ctx, id, metric, answers[metric.query])
            except Exception as error:  # the database is gone for a moment: the next look notes it
                log.warning("triggers.look_not_kept", trigger=id, error=repr(error))


def note(ctx: Context, id: str, metric: Metric, answer: list[Sample] | HydraError) -> None:
    """Keep what a look gave, and tell of what has been beyond its limit for long enough.

    With a cool-down one series is told at a time, and none before it is over: what comes meanwhile waits.
    """
    now = ctx.clock.now()
    with ctx.begin() as connection:
        store.take_turn(connection, id)
        view = store.one(connection, id)
        if view is None or view.trigger.paused or view.trigger.when.metric != metric:
            return
        before = looks.of(connection, id)
        if isinstance(answer, HydraError):
            known = before or Measured()
            looks.keep(connection, id, now, known.model_copy(update={"problem": reason(answer)}))
            return
        found = judged(metric, before, answer, now)
        some = due(metric, found, now)
        if view.trigger.cooldown_minutes:
            last = store.started_at(connection, id)
            cool = last is None or now - last >= timedelta(minutes=view.trigger.cooldown_minutes)
            some = some[:1] if cool else []
        looks.keep(connection, id, now, told(found, some))
        for one in some:
            ctx.emit(connection, MEASURED, subject=id, data=event_data(metric, one))
