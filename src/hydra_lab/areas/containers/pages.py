"""The pages of containers: how they are and what healing came to, and one of them with its ladder and evidence.

They show what the follower saw last, so that a host which hangs holds no page up.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hydra_lab.areas.containers import store
from hydra_lab.areas.containers.following import lost
from hydra_lab.areas.containers.heal.model import Remediation
from hydra_lab.areas.containers.heal.operations import Remediations
from hydra_lab.areas.containers.heal.telling import attempt, row, tries
from hydra_lab.areas.containers.model import ContainerView
from hydra_lab.areas.containers.operations import HOST, Line, Wanted, fits, host_words, told
from hydra_lab.areas.containers.probes import store as probes
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.capabilities.containers import node_of
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Busy, Denied, HydraError, NotConfigured, NotFound, Refused, Unavailable
from hydra_lab.kernel.integrations.soon import soon

AWAY = (Unavailable, Busy, Denied, Refused)
LINES = 100
SHOWN = 20
UNKNOWN = ("unknown", "circle-question-mark")


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A host that does not answer, since when and why; what is shown of its containers is how they were."""

    node: str
    problem: HydraError
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Known:
    """Containers as they were seen last, and the hosts of which that may not be how they are."""

    containers: list[ContainerView]
    lost: list[Lost] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)

    def of(self, one: ContainerView) -> Lost | None:
        """Why it may not be known how a container is."""
        return next((each for each in self.lost if each.node == one.node), None)


def known(ctx: Context) -> Known:
    """What is known of all containers. Raises ``NotConfigured``."""
    ctx.services.integrations.require(HOST)
    with ctx.read() as connection:
        places = store.places(connection)
        found = probes.all_found(connection)
        seen = [told(one, found.get(one.name)) for one in store.all_seen(connection).values()]
    if not places:  # nobody has looked yet
        return Known(containers=soon(lambda: ctx.call("containers.list").containers))
    silent = [Lost(node=node, problem=lost(place), at=place.lost_at) for node, place in places.items() if place.lost_at]
    return Known(containers=seen, lost=silent, nodes=[node for node in places if node])


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every container, those that need somebody first, and what healing came to."""
    wanted = {name: request.query[name] for name in ("state", "q", "node") if request.query.get(name)}
    healing: Remediations = ctx.call("containers.remediations", limit=SHOWN)
    page: dict[str, Any] = {"missing": None, "problem": None, "rows": [], "all": 0, "wanted": wanted, "states": [],
                            "summary": "", "lost": [], "nodes": []}  # fmt: skip
    try:
        found = known(ctx)
    except NotConfigured as error:
        page["missing"] = error
    except AWAY as error:
        page["problem"] = error
    else:
        every = found.containers
        last = {one.container: one for one in reversed(healing.remediations)}
        rows = [shown(found, one, healing, last.get(one.name)) for one in every if fits(one, Wanted(**wanted))]
        rows.sort(key=lambda one: (not one["asks"], not one["ill"], one["one"].name))
        page |= {"rows": rows, "all": len(every), "lost": found.lost, "nodes": found.nodes}
        sure = [one for one in every if not found.of(one)]
        page |= {"states": sorted({one.state for one in every}), "summary": summary(sure) if sure else ""}
    return page | {"healing": healing, "tries": tries(healing.remediations)}


def shown(found: Known, one: ContainerView, healing: Remediations, newest: Remediation | None) -> dict[str, Any]:
    """A container as it looks; how one is whose host does not answer is unknown."""
    told = row(one, healing.rules, newest)
    return told | {"look": UNKNOWN, "said": f"unknown, was {one.state}"} if found.of(one) else told


def summary(every: list[ContainerView]) -> str:
    """All of them in one sentence."""
    running = [one for one in every if one.state == "running"]
    parts = [
        f"{count} {word}"
        for count, word in (
            (sum(one.health == "unhealthy" for one in running), "unhealthy"),
            (sum(one.state == "restarting" for one in every), "starting again and again"),
            (sum(one.health == "healthy" for one in running), "healthy"),
            (sum(one.health is None for one in running), "without a check"),
        )
        if count
    ]
    return f"{len(running)} of {len(every)} run{': ' if parts else ''}{', '.join(parts)}."


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One container: how it is, what healing did about it and on what evidence, and what it wrote last."""
    id, found = request.path["id"], known(ctx)
    one = next((each for each in found.containers if id == each.name or each.id.startswith(id)), None)
    if one is None:
        raise NotFound(f"There is no container {id}.", fix="The list of containers shows those there are.")
    healing: Remediations = ctx.call("containers.remediations", container=one.name, limit=SHOWN)
    past, silent = healing.remediations, found.of(one)
    newest = past[0] if past else None
    return {
        "title": one.name, "row": shown(found, one, healing, newest), "lost": silent,
        "attempt": attempt(newest) if newest else None, "tries": tries(past[1:]),
        **log_of(ctx, one.name, silent.problem if silent else None),
    }  # fmt: skip


def log_of(ctx: Context, name: str, problem: HydraError | None) -> dict[str, Any]:
    """The end of what a container wrote, or why it cannot be read."""
    lines: list[Line] = []
    if problem is None:
        try:
            lines = soon(lambda: ctx.call("containers.logs", id=name, tail=LINES).lines, host_words(ctx, node_of(name)))
        except HydraError as error:
            problem = error
    return {"lines": lines, "unread": problem}


PAGES = (
    Page(
        path="/containers", title="Containers", template="list.html", load=load_list,
        nav=("Lab", 30, "container", "Containers"),
    ),
    Page(path="/containers/{id}", title="Container", template="one.html", load=load_one),
)  # fmt: skip
