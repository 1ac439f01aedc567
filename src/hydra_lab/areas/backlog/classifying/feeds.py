"""Asking by itself: after an import, when a model was set, and for what could not be asked about before."""

from typing import Any

from hydra_lab.areas.backlog import store as backlogs
from hydra_lab.areas.backlog.classifying.look import NEED, due
from hydra_lab.areas.backlog.classifying.operations import CLASSIFY
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import measure
from hydra_lab.kernel.work.beat import release_requirement
from hydra_lab.kernel.work.model import HoldKind

READER = Actor(kind=ActorKind.SCHEDULE, name="backlog", scopes=frozenset({"read", "write"}))
LOOKED_AT = 50  # of its last pieces of work, to see whether one is open
AGAIN_S = 300.0


class Looked:
    """What there was when nothing was to ask, so that a beat does not read every document anew."""

    def __init__(self, services: Services) -> None:
        self.at = float("-inf")
        self.seen: Any = None

    def is_news(self, seen: Any, now: float) -> bool:
        """Whether something is there that was not, or what could not be asked about may be due."""
        return seen != self.seen or now - self.at >= AGAIN_S


def is_open(ctx: Context) -> bool:
    """Whether work that asks is under way or waits."""
    last = ctx.services.work.page(operation=CLASSIFY, limit=LOOKED_AT)[0]
    return any(not one.state.is_over for one in last)


def go_on(ctx: Context) -> None:
    """Add the work that asks a model, where there is something to ask and none of it is open."""
    wanted, work = ctx.services.settings.current.classify, ctx.services.work
    if not wanted.model:
        return
    if release_requirement(ctx.services, NEED):
        work.wake()
    with ctx.read() as connection:
        seen = (wanted, backlogs.imports(connection), measure.held_for(connection, HoldKind.PLAN))
    looked, now = ctx.services.lasting(Looked), ctx.services.clock.monotonic()
    if not looked.is_news(seen, now) or is_open(ctx):
        return
    count = len(due(ctx, None).items)
    if count:
        title = f"Find operations for {count} item{'s' if count > 1 else ''} of a backlog"
        work.add(actor=READER, operation=CLASSIFY, title=title, cause=ctx.cause)
    else:
        looked.seen, looked.at = seen, now


BEAT = Beat(name="backlog.classify", every_s=60, run=go_on, on=("backlog.imported", "settings.changed"))
