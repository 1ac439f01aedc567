"""Threads that go on for as long as somebody wants them to, and end by themselves after."""

import threading
import time

from hydra_lab.areas.containers import store
from hydra_lab.kernel.capabilities import ContainerHost
from hydra_lab.kernel.context import Context

UNWANTED_S = 20.0


class Kept(threading.Thread):
    """A thread of the leading process, for one host or for all: ``want`` keeps it going; without it, it ends."""

    def __init__(self, ctx: Context, node: str = "") -> None:
        super().__init__(name=f"containers-{type(self).__name__.lower()}", daemon=True)
        self.ctx, self.node = ctx, node
        self._wanted_at = time.monotonic()

    def want(self) -> None:
        """It is still wanted: called every few seconds by the leading process."""
        self._wanted_at = time.monotonic()

    @property
    def wanted(self) -> bool:
        """Whether it is."""
        return time.monotonic() - self._wanted_at < UNWANTED_S


def keep(ctx: Context, of_all: type[Kept], of_each: type[Kept]) -> None:
    """Have exactly one thread run for all hosts of containers and one for each, as long as there are any."""
    running = [one for one in threading.enumerate() if isinstance(one, Kept) and one.ctx.services is ctx.services]
    if not ctx.services.integrations.configured("container_host"):
        for one in running:
            one.want()  # they see for themselves when nothing is configured, and may go on soon
        return
    nodes = ctx.capability(ContainerHost).nodes()
    for kind, node in ((of_all, ""), *((of_each, node) for node in nodes)):
        found = [one for one in running if type(one) is kind and one.node == node]
        for one in found:
            one.want()
        if not found:
            kind(ctx, node).start()
    with ctx.read() as connection:
        gone = store.places(connection).keys() - {*nodes}
    if gone:
        with ctx.begin() as connection:
            for node in gone:
                store.forget_node(connection, node)
