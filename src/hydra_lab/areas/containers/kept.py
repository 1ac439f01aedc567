"""Threads that go on for as long as somebody wants them to, and end by themselves after."""

import threading
import time

from hydra_lab.kernel.context import Context

UNWANTED_S = 20.0


class Kept(threading.Thread):
    """A thread of the leading process: ``want`` keeps it going; without it, it ends."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(name=f"containers-{type(self).__name__.lower()}", daemon=True)
        self.ctx = ctx
        self._wanted_at = time.monotonic()

    def want(self) -> None:
        """It is still wanted: called every few seconds by the leading process."""
        self._wanted_at = time.monotonic()

    @property
    def wanted(self) -> bool:
        """Whether it is."""
        return time.monotonic() - self._wanted_at < UNWANTED_S


def keep(ctx: Context, *kinds: type[Kept]) -> None:
    """Have exactly one thread of each kind run, as long as there is a host of containers."""
    running = [one for one in threading.enumerate() if isinstance(one, Kept) and one.ctx.services is ctx.services]
    for one in running:
        one.want()
    if ctx.services.integrations.configured("container_host"):
        for kind in kinds:
            if not any(type(one) is kind for one in running):
                kind(ctx).start()
