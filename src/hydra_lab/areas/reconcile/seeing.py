"""Looking at what there is, as far as something is wanted of it: containers, silences, schedules, workflows, models."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Literal

from hydra_lab.areas.reconcile.desired.model import Desired
from hydra_lab.areas.reconcile.model import Unseen
from hydra_lab.areas.reconcile.models import ServerSeen
from hydra_lab.areas.reconcile.planning import Seen, There
from hydra_lab.areas.reconcile.tended import with_probes
from hydra_lab.kernel.capabilities import Container, ContainerHost, Silencer, WorkflowHost
from hydra_lab.kernel.capabilities.containers import AT, placed
from hydra_lab.kernel.capabilities.making import ContainerMaker
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Denied, HydraError, NotConfigured, NotFound, Refused, Unavailable
from hydra_lab.kernel.integrations.soon import soon_of_each

Part = Literal["containers", "silences", "schedules", "workflows", "models"]
AWAY = (NotConfigured, Unavailable, Denied, Refused)
NEEDS: dict[Part, str] = {"containers": "container_host", "silences": "silencer", "workflows": "workflow_host",
                          "schedules": "", "models": "model_backend"}  # fmt: skip
BESIDE = (".hydra-before", ".hydra-next")  # what a container is called while another takes its place
Found = Mapping[str, "list[Container] | HydraError"]


def see(
    ctx: Context, desired: Desired, parts: Collection[Part] | None = None, *, strict: bool = False, soon: bool = True,
    nodes: Collection[str] | None = None,
) -> tuple[Seen, list[Unseen]]:  # fmt: skip
    """What there is, and what does not answer; with ``strict`` the first that does not raises its error.

    With ``soon`` what hangs is not waited for. ``nodes`` are those whose containers are looked at.
    """
    nodes = nodes_of(desired) if nodes is None else nodes
    found: dict[str, Any] = {}
    unseen: list[Unseen] = []
    lookers: tuple[tuple[Part, bool, Callable[[], dict[str, Any]]], ...] = (
        (
            "containers",
            bool(desired.containers or desired.prune),
            lambda: containers(ctx, desired, nodes, unseen, strict=strict, soon=soon and not strict),
        ),
        ("schedules", bool(desired.schedules), lambda: schedules(ctx)),
        ("silences", silences_matter(ctx, desired), lambda: {"silences": ctx.capability(Silencer).silences()}),
        ("workflows", bool(desired.workflows), lambda: {"workflows": ctx.capability(WorkflowHost).workflows()}),
        ("models", bool(desired.models), lambda: {"models": models(ctx, desired, unseen, strict=strict)}),
    )
    for part, matters, look in lookers:
        if not matters or (parts is not None and part not in parts):
            continue
        need = NEEDS[part]
        if not strict and (lost := known_lost(ctx, need)):
            unseen.append(Unseen(what=part, why=lost, need=need))
            continue
        try:
            found |= look()
        except AWAY as error:
            if strict:
                error.parts = (*error.parts, need)
                raise
            unseen.append(Unseen(what=part, why=error.detail, need=need))
    return Seen(now=ctx.services.clock.now(), **found), unseen


def known_lost(ctx: Context, need: str) -> str | None:
    """Why what gives something is known not to answer: then nobody waits for it."""
    there = ctx.services.integrations.configured(need)
    state = ctx.services.integrations.state(there[0].name) if there else None
    return f"{state.title} does not answer: {state.detail or 'it is lost'}" if state and state.status.lost else None


def silences_matter(ctx: Context, desired: Desired) -> bool:
    """Whether one is wanted, or one of an earlier revision may still be there."""
    return bool(desired.silences) or bool(ctx.services.integrations.ready("silencer"))


def need_of(node: str) -> str:
    """What containers of a node need."""
    return f"{NEEDS['containers']}{AT}{node}" if node else NEEDS["containers"]


def nodes_of(desired: Desired) -> list[str]:
    """The nodes that it is about: those of which a container is wanted, else the one that is set for Docker itself."""
    return sorted({one.node for one in desired.containers}) or [""]


def containers(
    ctx: Context, desired: Desired, nodes: Collection[str], unseen: list[Unseen], *, strict: bool, soon: bool
) -> dict[str, Any]:
    """The containers that are wanted, those that nobody names, and what the names of images mean, on each node."""
    maker = ctx.capability(ContainerMaker)
    wanted = {one.name for one in desired.containers}
    there: dict[str, There] = {}
    others: list[Container] = []
    images: dict[str, str | None] = {}
    seen: list[str] = []
    for node, answer in listed(ctx, nodes, soon=soon).items():
        need = need_of(node)
        try:
            if isinstance(answer, HydraError):
                raise answer
            images |= {
                placed(one.image, node): maker.image(one.image, node) for one in desired.containers if one.node == node
            }
            for one in with_probes(ctx, answer):
                if one.name in wanted:
                    with suppress(NotFound):
                        there[one.name] = There(container=one, spec=maker.spec(one.id))
                elif not one.own_name.endswith(BESIDE):
                    others.append(one)
            seen.append(node)
        except (*AWAY, NotFound) as error:
            if strict:
                error.parts = (need,)
                raise
            unseen.append(Unseen(what=f"containers on {node}" if node else "containers", why=error.detail, need=need))
    known = {name: id for name, id in images.items() if id}
    return {"containers": there, "others": others, "images": known, "nodes": seen}


def listed(ctx: Context, nodes: Collection[str], *, soon: bool) -> Found:
    """All containers of each node, or why they are not known; with ``soon`` a node that hangs is not waited for."""
    host = ctx.capability(ContainerHost)
    if soon:
        who = ctx.services.integrations.configured(NEEDS["containers"])[0].title
        return soon_of_each({node: partial(there_on, host, node) for node in nodes}, who)
    answers: dict[str, list[Container] | HydraError] = {}
    for node in nodes:
        try:
            answers[node] = there_on(host, node)
        except HydraError as error:
            answers[node] = error
    return answers


def there_on(host: ContainerHost, node: str) -> list[Container]:
    """All containers of a node."""
    return list(host.containers(node))


def models(ctx: Context, desired: Desired, unseen: list[Unseen], *, strict: bool) -> dict[str, ServerSeen]:
    """The model servers of which something is wanted. Raises ``NotConfigured`` where there is none."""
    ctx.services.integrations.require((NEEDS["models"],))
    servers = {one.id: one for one in ctx.call("models.status").servers}
    loaded = ctx.call("models.loaded").loaded
    there = ctx.call("models.available").models
    found = {}
    for name in (one.name for one in desired.models):
        one = servers.get(name)
        if one is None or one.state != "there" or one.loaded is None:
            why = untold(name, one)
            if strict:
                raise Unavailable(why, fix="See `hydra models status`.")
            unseen.append(Unseen(what=f"models on {name}", why=why, need=NEEDS["models"]))
            continue
        found[name] = ServerSeen(
            loads=one.loads,
            holds_many=one.holds_many,
            models=frozenset(each.name for each in there if each.server == name),
            loaded={each.name: each.context for each in loaded if each.server == name},
        )
    return found


def untold(name: str, one: Any) -> str:
    """Why it is not known what a server has in memory."""
    if one is None:
        return f"There is no model server {name}."
    if one.state == "there":
        return f"{one.title} does not tell what it has in memory."
    return one.detail or f"{one.title} has not been asked yet."


def schedules(ctx: Context) -> dict[str, Any]:
    """Recurring work, by its id."""
    found = {one.id: one for one in ctx.services.work.schedules.all()}
    return {"schedules": found, "time_zone": ctx.services.settings.current.time_zone}
