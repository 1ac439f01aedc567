"""The page that asks before everything is stopped: what would be ended, and for how long."""

from typing import Any

from hydra_lab.areas.control.operations import shown
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context

SHOWN = 12


def load_stop(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """How Hydra is set, and the work that an emergency stop would end."""
    return {"control": shown(ctx), "running": ctx.call("queue.list", state="running", limit=SHOWN).items}


PAGES = (Page(path="/stop", title="Emergency stop", template="stop.html", load=load_stop),)
