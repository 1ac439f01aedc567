"""Looking into the ledger again and again: what is idle too long goes, and what makes room for work that waits."""

import threading
from datetime import timedelta

import structlog

from hydra_lab.areas.broker.unloading import make_room, unload_by_rule
from hydra_lab.kernel.capabilities import ModelBackend, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.gpus import store as gpus

log = structlog.get_logger()
EVERY_S = 5.0
UNWANTED_S = 20.0
MEASURED_BY = timedelta(seconds=30)  # what was unloaded shows in the measurements after this


class Watch:
    """What it remembers between two looks: when it last made room."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._made_room = ctx.clock.now() - MEASURED_BY

    def look(self) -> None:
        """Drop what nobody is left of, and have go what is to go."""
        servers = servers_of(self.ctx)
        with self.ctx.read() as connection:
            over = ledger.left_over(connection, [one.id for one in servers])
        if over:
            with self.ctx.begin() as connection:
                gpus.drop_leases(connection, over)
        if servers:
            self._let_go()

    def _let_go(self) -> None:
        """Have go what is idle for too long, and what makes room for work; then wait until that is measured."""
        unload_by_rule(self.ctx)
        now = self.ctx.clock.now()
        if now - self._made_room >= MEASURED_BY and make_room(self.ctx):
            self._made_room = now


def servers_of(ctx: Context) -> list[ModelServer]:
    """Every model server there is."""
    backends = ctx.services.integrations.capabilities(ModelBackend)
    return [server for backend in backends.values() for server in backend.servers()]


class Watcher(threading.Thread):
    """Looks again and again, for as long as ``want`` is called now and then."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(name="gpus-watch", daemon=True)
        self.watch = Watch(ctx)
        self._wanted = threading.Event()
        self._at_once = threading.Event()
        self._wanted.set()

    def want(self, *, at_once: bool = False) -> None:
        """It is still wanted; ``at_once`` has it look now."""
        self._wanted.set()
        if at_once:
            self._at_once.set()

    def run(self) -> None:
        """Look, and wait for the next turn, for as long as it is wanted."""
        missed_s = 0.0
        while missed_s < UNWANTED_S:
            try:
                self.watch.look()
            except Exception as error:  # the database is gone for a moment, or for good: then nobody wants it
                log.warning("gpus.watch_failed", error=repr(error))
            self._at_once.wait(EVERY_S)
            self._at_once.clear()
            missed_s = 0.0 if self._wanted.is_set() else missed_s + EVERY_S
            self._wanted.clear()


def keep_watching(ctx: Context, *, at_once: bool = False) -> None:
    """Have exactly one thread look, for as long as this process leads."""
    mine = [one for one in threading.enumerate() if isinstance(one, Watcher) and one.watch.ctx.services is ctx.services]
    for one in mine:
        one.want(at_once=at_once)
    if not mine:
        Watcher(ctx).start()


def look_at_once(ctx: Context) -> None:
    """Have it look now: something came, went or began to wait."""
    keep_watching(ctx, at_once=True)
