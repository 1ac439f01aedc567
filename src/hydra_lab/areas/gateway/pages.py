"""The page of the gateway: who waits for which server, what was asked of each model, and a small chat."""

from typing import Any

from hydra_lab.areas.gateway.model import Aliases
from hydra_lab.areas.gateway.operations import shown
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.areas.gateway.views import status_of
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """What is known; servers are asked only when nothing is known of them yet."""
    ctx.services.lasting(Router).catalogue.look_at_first()
    status = status_of(ctx)
    aliases = shown(ctx, Aliases).aliases
    names = [one.name for one in aliases]
    names += sorted({model for server in status.servers for model in server.models or ()} - set(names))
    return {"status": status, "names": names, "aliases": aliases, "asked": request.query.get("model", "")}


PAGES = (
    Page(path="/gateway", title="Gateway", template="gateway.html", load=load, nav=("Lab", 26, "waypoints", "Gateway")),
)  # fmt: skip
