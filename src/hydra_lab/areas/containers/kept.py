"""Keeping a thread for all hosts of containers and one for each, as long as there are any."""

from hydra_lab.areas.containers import store
from hydra_lab.areas.containers.following import Follower
from hydra_lab.areas.containers.watching import Watcher
from hydra_lab.kernel.capabilities import ContainerHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.process.kept import keep_each, kept


def keep(ctx: Context) -> None:
    """Have exactly one thread watch all hosts of containers, and one follow each."""
    if not ctx.services.integrations.configured("container_host"):
        for one in (*kept(ctx, Watcher).values(), *kept(ctx, Follower).values()):
            one.want()  # they see for themselves when nothing is configured, and may go on soon
        return
    nodes = ctx.capability(ContainerHost).nodes()
    keep_each(ctx, Watcher, Watcher, [""])
    keep_each(ctx, Follower, Follower, nodes)
    with ctx.read() as connection:
        gone = store.places(connection).keys() - {*nodes}
    if gone:
        with ctx.begin() as connection:
            for node in gone:
                store.forget_node(connection, node)
