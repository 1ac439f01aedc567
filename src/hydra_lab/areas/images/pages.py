"""The page of images: what containers take on the disk, what may go, and why the rest stays."""

from typing import Any

from hydra_lab.areas.images import measuring, store
from hydra_lab.areas.images.model import Goes, Stays, counted
from hydra_lab.areas.images.planning import Known, decide
from hydra_lab.areas.images.views import usage
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.capabilities import ImageHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.integrations import IntegrationState
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal

SHOWN = 12
LAST = 5
ROUTINE = "images-cleanup"


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """What was measured last, and what it leads to; the host itself is not asked."""
    integrations = ctx.services.integrations
    there, node = integrations.configured("image_host"), request.query.get("node", "")
    nodes = list(ctx.capability(ImageHost).nodes()) if there else []
    if node and node not in nodes:
        raise NotFound(f"There is no Docker on a node “{node}”.", fix="The page of images names those there are.")
    with ctx.read() as connection:
        last, rules = store.last_measured(connection, node), store.the_rules(connection)
        cleaned = journal.page(connection, Filter(names=("images.cleaned",)), before=None, limit=LAST)
    state = integrations.state(there[0].name) if there else None
    told: dict[str, Any] = {
        "missing": not there, "rules": rules, "cleaned": cleaned, "measured": bool(last),
        "problem": problem(state, node), "schedule": schedule(ctx), "node": node, "nodes": nodes,
    }  # fmt: skip
    if last:
        known, unread = measuring.known(ctx, last[0], ctx.clock.now(), node)
        told |= {"unread": unread, "at": last[1], **shown(known)}
    return told


def problem(state: IntegrationState | None, node: str) -> str | None:
    """Why the host does not answer, if it does not."""
    if state is None or state.status.lost:
        return state.detail if state else None
    return state.lost_parts.get(node)


def shown(known: Known) -> dict[str, Any]:
    """The parts of the page: build cache comes as one line each, everything else by name."""
    goes, stays = decide(known)
    use = usage(known)
    return {
        "use": use,
        "goes": [one for one in goes if one.kind != "build cache"],
        "counted": counted(goes),
        "least": sum(one.bytes or 0 for one in goes),
        "cache": {"goes": cache(goes), "stays": cache(stays)},
        "stays": [one for one in stays if one.kind == "image"],
        "volumes": use.volumes[:SHOWN],
        "more_volumes": max(0, len(use.volumes) - SHOWN),
        "containers": [one for one in use.containers if one.bytes][:SHOWN],
    }


def cache(things: list[Goes] | list[Stays]) -> dict[str, int]:
    """How many pieces of build cache are among some things, and what they take."""
    pieces = [one for one in things if one.kind == "build cache"]
    return {"count": len(pieces), "bytes": sum(one.bytes or 0 for one in pieces)}


def schedule(ctx: Context) -> Any:
    """The weekly look, while somebody keeps it."""
    try:
        return ctx.call("schedules.show", id=ROUTINE).schedule
    except NotFound:
        return None


PAGES = (
    Page(path="/images", title="Images", template="list.html", load=load, nav=("Lab", 35, "boxes", "Images")),
)  # fmt: skip
