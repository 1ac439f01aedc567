"""What the room that tends containers knows and does about those that are wanted here, where there is such a room."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.capabilities.tending import Judge, Quiet, Tending
from hydra_lab.kernel.context import Context


class Host:
    """The host's own word on a container's health."""

    detail = None

    def __init__(self, ctx: Context) -> None:
        self._host = ctx.capability(ContainerHost)

    def look(self, id: str) -> Container:
        """How it is now."""
        return self._host.container(id)


def tending(ctx: Context) -> Tending | None:
    """Who tends containers."""
    return next(iter(ctx.services.registry.contributions(Tending)), None)


def judge(ctx: Context, one: Container) -> Judge:
    """Who tells how a container is while somebody waits for it."""
    found = tending(ctx)
    return found.judge(ctx, one) if found else Host(ctx)


def with_probes(ctx: Context, there: Sequence[Container]) -> Sequence[Container]:
    """Containers with the health that probes found last."""
    found = tending(ctx)
    return found.known(ctx, there) if found else there


@contextmanager
def quiet(ctx: Context, one: Container, why: str) -> Iterator[Quiet | None]:
    """The alerts of just this container, muted for a block."""
    found = tending(ctx)
    if found is None:
        yield None
        return
    with found.quiet(ctx, [one], why) as held:
        yield held
