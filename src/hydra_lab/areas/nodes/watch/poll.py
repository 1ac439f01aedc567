"""Looking at all nodes again and again: one thread, however many listen."""

import threading

import structlog

from hydra_lab.areas.nodes.watch.look import look
from hydra_lab.areas.nodes.watch.sources import EVERY_S
from hydra_lab.kernel.context import Context

log = structlog.get_logger()


class Poller(threading.Thread):
    """Looks at all nodes again and again, in one thread for all listeners. ``want`` keeps it going."""

    UNWANTED_S = 20.0

    def __init__(self, ctx: Context) -> None:
        super().__init__(name="nodes-poll", daemon=True)
        self.ctx = ctx
        self._wanted = threading.Event()
        self._at_once = threading.Event()
        self._wanted.set()

    def want(self, *, at_once: bool = False) -> None:
        """It is still wanted: called every few seconds by the leading process; ``at_once`` has it look now."""
        self._wanted.set()
        if at_once:
            self._at_once.set()

    def run(self) -> None:
        """Look, and wait for the next turn, for as long as it is wanted."""
        missed_s = 0.0
        while missed_s < self.UNWANTED_S:
            try:
                look(self.ctx)
            except Exception as error:  # the database is gone for a moment, or for good: then nobody wants it
                log.warning("nodes.poll_failed", error=repr(error))
            self._at_once.wait(EVERY_S)
            self._at_once.clear()
            missed_s = 0.0 if self._wanted.is_set() else missed_s + EVERY_S
            self._wanted.clear()


def keep_polling(ctx: Context) -> None:
    """Have exactly one thread look, for as long as this process leads."""
    running = [one for one in threading.enumerate() if isinstance(one, Poller) and one.ctx.services is ctx.services]
    for one in running:
        one.want()
    if not running:
        Poller(ctx).start()


def look_at_once(ctx: Context) -> None:
    """Have it look now: the nodes were changed."""
    for one in threading.enumerate():
        if isinstance(one, Poller) and one.ctx.services is ctx.services:
            one.want(at_once=True)
