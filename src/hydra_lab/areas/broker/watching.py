"""Looking into the ledger again and again: what is idle too long goes, and what makes room for work that waits."""

from datetime import timedelta

from hydra_lab.areas.broker.unloading import make_room, unload_by_rule
from hydra_lab.kernel.capabilities import ModelBackend, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.gpus import store as gpus
from hydra_lab.kernel.process.kept import keep_taking, take_at_once

EVERY_S = 5.0
THREAD = "gpus-watch"
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


def keep_watching(ctx: Context) -> None:
    """Have exactly one thread look, for as long as this process leads."""
    keep_taking(ctx, THREAD, lambda ctx: Watch(ctx).look, EVERY_S)


def look_at_once(ctx: Context) -> None:
    """Have it look now: something came, went or began to wait."""
    take_at_once(ctx, THREAD)
