"""The lab as Hydra knows it now: outside systems, nodes and their lanes, disks, what recurs. Only what was measured."""

from datetime import datetime
from typing import Any

from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Fact
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.integrations import IntegrationState, Status
from hydra_lab.kernel.work.nodes import store as nodes
from hydra_lab.surfaces.web.look.words import listed
from hydra_lab.surfaces.web.pages.home import cards, tiles

# Broken first, then what nobody has asked yet, then fine; what is not configured is only counted.
ORDER = (Status.DENIED, Status.UNREACHABLE, Status.DEGRADED, Status.UNKNOWN, Status.CONNECTED)
NEXT = 6
FULL, NEARLY = 95, 85


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Everything on the page of the lab."""
    states = ctx.services.integrations.states()
    working = nodes_now(ctx)
    return {
        "headline": headline(states, len(working)),
        "integrations": integrations(ctx, states),
        "nodes": working,
        "blocked": ctx.services.work.node.releaser.blocked if ctx.services.work.node else None,
        "disks": disks(ctx),
        "schedules": schedules(ctx),
        "cards": cards(ctx),
        "tiles": [one for one in tiles(ctx) if one[0].name != "systems"],
    }


def headline(states: list[IntegrationState], working: int) -> str:
    """The lab in one sentence."""
    answering = sum(one.status.answers for one in states)
    lost = [one.title for one in states if one.status.lost]
    parts = [f"Work runs on {working} {'node' if working == 1 else 'nodes'}"]
    if configured := sum(one.configured for one in states):
        parts.append(f"{answering} of {configured} outside systems answer")
    if lost:
        parts.append(f"no answer from {', '.join(lost)}")
    return f"{', '.join(parts)}."


def integrations(ctx: Context, states: list[IntegrationState]) -> dict[str, Any]:
    """The configured ones, those that need a look first, and how many there are in each state."""
    configured = [one for one in states if one.configured]
    counts = {status.value: sum(one.status is status for one in states) for status in Status}
    manifests = ctx.services.registry.integrations
    return {
        "rows": [
            {"one": one, "what": manifests[one.name].what}
            for one in sorted(configured, key=lambda one: (ORDER.index(one.status), one.title))
        ],
        "counts": {name: count for name, count in counts.items() if count},
        "total": len(states),
        "some": listed([one.title for one in states][:4], "or"),
    }


def nodes_now(ctx: Context) -> list[dict[str, Any]]:
    """Every process that runs work, with its lanes; how many slots are taken is known of this one alone."""
    with ctx.read() as connection:
        living = nodes.living(connection)
    node = ctx.services.work.node
    here = node.boot if node else ""
    known = lanes(node.slots.busy(), node.slots.lanes()) if node else []
    return [
        {
            "boot": boot,
            "here": boot.id == here,
            "lanes": known if boot.id == here else [{"name": name} for name in boot.lanes],
        }
        for boot in living
    ]


def lanes(busy: dict[str, int], sizes: dict[str, int]) -> list[dict[str, Any]]:
    """Lanes with their slots, by name; a lane nobody sized has one."""
    return [{"name": name, "busy": busy.get(name, 0), "slots": sizes.get(name, 1)} for name in sorted({*sizes, *busy})]


def disks(ctx: Context) -> list[dict[str, Any]]:
    """File systems as they were measured last, the fullest first."""
    fact = next((one for one in ctx.services.registry.contributions(Fact) if one.name == "disks"), None)
    try:
        measured = fact.measure(ctx) if fact else []
    except HydraError:
        measured = []
    found = []
    for one in measured:
        used = round(100 * (1 - one["free_bytes"] / one["total_bytes"])) if one["total_bytes"] else 0
        state = "bad" if used >= FULL else "warn" if used >= NEARLY else "ok"
        found.append({**one, "used": used, "s": state, "at": datetime.fromisoformat(one["at"])})
    return sorted(found, key=lambda one: -one["used"])


def schedules(ctx: Context) -> dict[str, Any]:
    """What recurs, the next to fire first."""
    every = ctx.services.work.schedules.all()
    coming = sorted((one.next_at, one.id, one) for one in every if one.next_at and not one.paused)
    areas = ctx.services.registry.areas.values()
    return {
        "rows": [one for _, _, one in coming[:NEXT]],
        "total": len(every),
        "paused": sum(one.paused for one in every),
        "page": any(page.path == "/schedules" for area in areas for page in area.pages),
    }


PAGES = (Page(path="/lab", title="Lab", template="lab.html", load=load, nav=("Lab", 5, "cpu", "Overview")),)
