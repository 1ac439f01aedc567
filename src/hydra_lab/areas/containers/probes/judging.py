"""A container's health by its own check and by its probe, asked for while somebody waits for it."""

import time

from hydra_lab.areas.containers.probes import store
from hydra_lab.areas.containers.probes.asking import ask
from hydra_lab.areas.containers.probes.model import Probe, Probed, after, fresh, is_of, probe_of, with_health
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid

SOON_S = 2.0  # who waits for a container asks its probe at least so often


def wanted(ctx: Context, one: Container) -> Probe | None:
    """A container's probe: what a person set, else what its labels ask for; one that makes no sense is none."""
    with ctx.read() as connection:
        own = store.set_probes(connection).get(one.name)
    try:
        return own or probe_of(one.labels)
    except Invalid:
        return None


class Judge:
    """Looks at one container again and again, and asks its probe itself."""

    def __init__(self, ctx: Context, one: Container) -> None:
        self._ctx = ctx
        self._host = ctx.capability(ContainerHost)
        self._probe = wanted(ctx, one)
        self._found: Probed | None = None
        self._asked = 0.0

    @property
    def detail(self) -> str | None:
        """What its probe said last."""
        return self._found.detail if self._found else None

    def look(self, id: str) -> Container:
        """How it is now."""
        now = self._host.container(id)
        if self._probe is None or not now.running:
            return now
        at = self._ctx.services.clock.now()
        if self._found is None or not is_of(self._found, now):
            self._found, self._asked = fresh(now, at), 0.0
        if time.monotonic() - self._asked >= min(self._probe.interval_s, SOON_S):
            self._found = after(self._found, self._probe, ask(self._ctx, self._probe, now), now, at)
            self._asked = time.monotonic()
        return with_health(now, self._found)
