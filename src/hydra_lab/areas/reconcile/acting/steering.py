"""Having a model server load or unload what is wanted of it: work of its own, which is waited for."""

import time

from hydra_lab.areas.reconcile.desired.model import Desired
from hydra_lab.areas.reconcile.model import Action, Came, came
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Cancelled
from hydra_lab.kernel.work import Item, State

VERBS = {"load": "models.load", "switch": "models.switch", "unload": "models.unload"}
POLL_S, LONGEST_S = 0.5, 3600.0


def steered(ctx: Context, desired: Desired, action: Action) -> Came:
    """Have it done by the verb that does just this, which sees it loaded, answering, or gone."""
    wanted = next(one for one in desired.models if one.name == action.server)
    model = action.name.removesuffix(f" on {action.server}")
    input: dict[str, object] = {"server": action.server, "model": model}
    if action.what != "unload" and wanted.context:
        input["context"] = wanted.context
    key = f"reconcile:{ctx.item_id}:{action.what}:{action.name}:{ctx.run.attempt if ctx.run else 0}"
    item = ctx.enqueue(VERBS[action.what], input, title=f"{action.what.capitalize()} {action.name}", key=key)
    ended = followed(ctx, item)
    if ended.state is State.DONE:
        return came(action, "done", "it has left the memory" if action.what == "unload" else "it is loaded and answers")
    said = ended.error.detail.rstrip(".") if ended.error else f"its work is {ended.state.value}"
    waits = f"; it waits: {ended.holds[0].detail.rstrip('.')}" if ended.holds else ""
    return came(action, "failed", f"{said}{waits}")


def followed(ctx: Context, item: Item) -> Item:
    """The work once it is over, or a person has to say something. It is cancelled with what waits for it."""
    deadline = time.monotonic() + LONGEST_S
    while True:
        now = ctx.services.work.get(item.id)
        over = now.state in (State.DONE, State.FAILED, State.CANCELLED)
        if over or any(one.kind == "approval" for one in now.holds) or time.monotonic() > deadline:
            return now
        try:
            ctx.check_cancelled()
        except Cancelled:
            ctx.services.work.cancel(item.id, ctx.actor, ctx.cause)
            raise
        time.sleep(POLL_S)
