"""Looking at all nodes again and again: one thread, however many listen."""

from functools import partial

from hydra_lab.areas.nodes.watch.look import look
from hydra_lab.areas.nodes.watch.sources import EVERY_S
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.process.kept import keep_taking, take_at_once

THREAD = "nodes-poll"


def keep_polling(ctx: Context) -> None:
    """Have exactly one thread look, for as long as this process leads."""
    keep_taking(ctx, THREAD, lambda ctx: partial(look, ctx), EVERY_S)


def look_at_once(ctx: Context) -> None:
    """Have it look now: the nodes were changed."""
    take_at_once(ctx, THREAD)
