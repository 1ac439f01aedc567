"""The pages of containers: how they are and what healing came to, and one of them with what it wrote."""

from typing import Any

from hydra_lab.areas.containers.heal_operations import Remediations
from hydra_lab.areas.containers.healing import care_of, protects
from hydra_lab.areas.containers.model import ContainerView
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Busy, Denied, HydraError, Invalid, NotConfigured, Refused, Unavailable

AWAY = (Unavailable, Busy, Denied, Refused)
LINES = 100
SHOWN = 20
# How a state looks where no health check speaks: the name of its look, and its icon.
LOOKS = {"running": ("ok", "circle-check"), "exited": ("", "circle-dashed"), "created": ("", "circle-dashed"),
         "paused": ("held", "circle-pause"), "restarting": ("warn", "rotate-cw"), "dead": ("bad", "circle-x"),
         "removing": ("", "circle-dashed")}  # fmt: skip
HEALTH = {"healthy": ("ok", "circle-check"), "unhealthy": ("bad", "triangle-alert"), "starting": ("warn", "rotate-cw")}
OUTCOMES = {"recovered": ("ok", "circle-check"), "failed": ("bad", "circle-x"), "running": ("", "rotate-cw"),
            "refused": ("held", "circle-pause"), "would have": ("", "info")}  # fmt: skip


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every container, those that need somebody first, and what healing came to."""
    wanted = {name: request.query[name] for name in ("state", "q") if request.query.get(name)}
    healing: Remediations = ctx.call("containers.remediations", limit=SHOWN)
    told: dict[str, Any] = {"missing": None, "problem": None, "rows": [], "all": 0, "wanted": wanted}
    try:
        every: list[ContainerView] = ctx.call("containers.list").containers
        found: list[ContainerView] = ctx.call("containers.list", **wanted).containers if wanted else every
    except NotConfigured as error:
        told["missing"] = error
    except AWAY as error:
        told["problem"] = error
    else:
        rows = [row(one, healing) for one in found]
        told |= {"rows": sorted(rows, key=lambda one: (not one["ill"], one["one"].name)), "all": len(every)}
        told["states"] = sorted({one.state for one in every})
    return told | {"healing": healing, "tries": [(one, OUTCOMES[one.outcome]) for one in healing.remediations]}


def row(one: ContainerView, healing: Remediations) -> dict[str, Any]:
    """A container, how it looks, and whether it is healed."""
    look = HEALTH.get(one.health or "") if one.state == "running" else None
    failed = one.state == "exited" and one.exit_code not in (0, None)
    return {
        "one": one,
        "look": look or (("bad", "circle-x") if failed else LOOKS.get(one.state, ("", "circle-dashed"))),
        "ill": failed or one.state in ("dead", "restarting") or one.health == "unhealthy",
        "said": said(one),
        "care": care(one),
        "protected": protects(one.name, one.labels, healing.rules),
    }


def said(one: ContainerView) -> str:
    """A container's state in words."""
    words = [one.state]
    if one.state == "running" and one.health:
        words.append(one.health)
    if one.state in ("exited", "dead") and one.exit_code is not None:
        words.append(f"exit code {one.exit_code}")
    if one.oom_killed:
        words.append("out of memory")
    if one.restarts:
        words.append(f"started again {one.restarts} times" if one.restarts > 1 else "started again once")
    return ", ".join(words)


def care(one: ContainerView) -> str:
    """What its labels ask for, in words; what makes no sense says so."""
    try:
        wish = care_of(one.labels)
    except Invalid as error:
        return error.detail
    words = {"off": "not healed", "shadow": "only watched: what would be done is noted", "restart": "healed"}
    return words[wish.mode] + (f", at {wish.hours}" if wish.hours and wish.mode != "off" else "")


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One container: how it is, what it wrote last, what was tried to heal it."""
    one: ContainerView = ctx.call("containers.show", id=request.path["id"])
    healing: Remediations = ctx.call("containers.remediations", container=one.name, limit=SHOWN)
    try:
        lines, unread = ctx.call("containers.logs", id=one.name, tail=LINES).lines, None
    except HydraError as error:
        lines, unread = [], error
    tries = [(each, OUTCOMES[each.outcome]) for each in healing.remediations]
    return {"title": one.name, "row": row(one, healing), "lines": lines, "unread": unread, "tries": tries}


PAGES = (
    Page(
        path="/containers", title="Containers", template="list.html", load=load_list,
        nav=("Lab", 30, "container", "Containers"),
    ),
    Page(path="/containers/{id}", title="Container", template="one.html", load=load_one),
)  # fmt: skip
