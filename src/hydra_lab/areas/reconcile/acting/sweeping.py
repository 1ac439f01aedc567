"""Putting right what a replacement left behind that will not go on: its work was cancelled or failed meanwhile."""

from hydra_lab.areas.reconcile import store
from hydra_lab.areas.reconcile.acting.replacing import LABEL, TURN, beside, discard, find
from hydra_lab.areas.reconcile.model import Replacing
from hydra_lab.areas.reconcile.seeing import BESIDE, need_of
from hydra_lab.kernel.capabilities import ContainerHost
from hydra_lab.kernel.capabilities.containers import node_of, own
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotConfigured, NotFound, Unavailable
from hydra_lab.kernel.work import State

OPEN = (State.HELD, State.QUEUED, State.RUNNING)


def sweep(ctx: Context) -> None:
    """Put back the one before wherever no work will; a host that does not answer is come back to."""
    with ctx.read() as connection:
        left = store.all_replacing(connection)
    for one in left:
        if is_open(ctx, one.item) or not ctx.services.integrations.ready(need_of(node_of(one.name))):
            continue
        try:
            with TURN:
                said = put_right(ctx, one)
        except (Unavailable, NotConfigured):
            continue
        except HydraError as error:
            said = f"It could not be put back: {error.detail}"
        with ctx.begin() as connection:
            store.forget_replacing(connection, one.name)
            if said:
                data = {"item": one.item, "detail": said}
                ctx.emit(connection, "reconcile.put_back", subject=one.name, data=data)


def is_open(ctx: Context, item: str | None) -> bool:
    """Whether work goes on, or waits."""
    try:
        return bool(item) and ctx.services.work.get(item or "").state in OPEN
    except NotFound:
        return False


def put_right(ctx: Context, one: Replacing) -> str | None:
    """Have the container be what it was; what was done, ``None`` where nothing was left behind."""
    host = ctx.capability(ContainerHost)
    aside, coming, now = (find(ctx, name) for name in (*(beside(one.name, end) for end in BESIDE), one.name))
    if coming:
        discard(host, coming.id)
    if aside is None:
        if now is None or now.running or not one.ran:
            return "What was made to take its place was removed." if coming else None
        host.start(now.id)
        return "It had been stopped to be replaced, and runs again."
    if now and LABEL not in now.labels:
        return f"Somebody made another one; the one before is still there as {own(aside.name)}."
    if now:
        discard(host, now.id)
    host.rename(aside.id, one.name)
    if one.ran:
        host.start(aside.id)
    return "The one before is back" + (" and runs." if one.ran else ".")
