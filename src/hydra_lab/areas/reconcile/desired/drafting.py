"""A desired state made from what there is now."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from hydra_lab.areas.reconcile.acting.replacing import LABEL
from hydra_lab.areas.reconcile.desired.model import Desired
from hydra_lab.areas.reconcile.differing import mount_text, port_text
from hydra_lab.areas.reconcile.model import Unseen
from hydra_lab.areas.reconcile.seeing import AWAY, BESIDE, Part, need_of
from hydra_lab.kernel.capabilities import Container, ContainerHost, WorkflowHost
from hydra_lab.kernel.capabilities.containers import placed
from hydra_lab.kernel.capabilities.making import ContainerMaker, ContainerSpec
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.secrets.masking import MASK

UNNAMED = re.compile(r"^[0-9a-f]{64}$")  # a volume that nobody gave a name
COMPOSE = "com.docker.compose"
OWN = "hydra.depends_on"
USUAL = ("bridge",)


def environment(ctx: Context, name: str) -> Mapping[str, str]:
    """The environment of a container that is there. Raises ``NotFound``."""
    return ctx.capability(ContainerMaker).spec(name).env or {}


def drafted(ctx: Context, parts: Collection[Part], before: Desired) -> tuple[Desired, list[Unseen]]:
    """What there is, as far as it is asked for, and which nodes do not answer: of these it is what was wanted before.

    Raises what the only host raises where that does not answer.
    """
    told: dict[str, Any] = {}
    lost: list[Unseen] = []
    if "containers" in parts:
        told["containers"] = containers(ctx, lost)
    if "schedules" in parts:
        told["schedules"] = [
            {"name": one.id, "operation": one.operation, "cron": one.cron, "time_zone": one.time_zone,
             "input": one.input, "title": one.title, "paused": one.paused}
            for one in ctx.services.work.schedules.all() if MASK not in str(one.input)
        ]  # fmt: skip
    if "workflows" in parts:
        found = [one for one in ctx.capability(WorkflowHost).workflows() if not one.archived]
        names = [one.name for one in found]
        told["workflows"] = [
            {"name": one.name if names.count(one.name) == 1 else one.id, "active": one.active,
             "error_workflow": one.settings.get("errorWorkflow")}
            for one in found
        ]  # fmt: skip
    if "models" in parts:
        servers = [one for one in ctx.call("models.status").servers if one.loads and one.loaded is not None]
        told["models"] = [{"name": one.id, "loaded": one.loaded, "only": True} for one in servers]
    if lost:
        away = {one.need for one in lost}
        told["containers"] += [
            one.model_dump(exclude_unset=True) for one in before.containers if need_of(one.node) in away
        ]
    return Desired.model_validate(told), lost


def containers(ctx: Context, lost: list[Unseen]) -> list[dict[str, Any]]:
    """Every container of every node that answers, and which do not. Raises what the only one raises."""
    nodes, told = ctx.capability(ContainerHost).nodes(), list[dict[str, Any]]()
    for node in nodes:
        try:
            told += on_node(ctx, node)
        except AWAY as error:
            if len(nodes) == 1:
                raise
            what = f"containers on {node}" if node else "containers"
            lost.append(Unseen(what=what, why=error.detail, need=need_of(node)))
    return told


def on_node(ctx: Context, node: str) -> list[dict[str, Any]]:
    """Every container of a node but those that are deleted when they end."""
    host, maker = ctx.capability(ContainerHost), ctx.capability(ContainerMaker)
    found = [one for one in host.containers(node) if not one.fleeting and not one.own_name.endswith(BESIDE)]
    told = [container(one, maker.spec(one.id, own=True)) for one in found]
    needs = {one.name: needed(one, found) for one in found}
    for one in told:
        own = one["name"]
        stopped = {each["name"] for each in told if each["state"] == "stopped"}
        one["depends_on"] = [
            name for name in needs[own] if not leads(name, own, needs) and (name not in stopped or own in stopped)
        ]
    return told


def container(one: Container, spec: ContainerSpec) -> dict[str, Any]:
    """A container with what somebody, not its image, said of it."""
    labels = {name: value for name, value in (spec.labels or {}).items() if name != LABEL}
    mounts = [mount_text(each) for each in spec.mounts or () if not UNNAMED.match(each.source)]
    told: dict[str, Any] = {
        "name": one.name, "image": one.image, "state": "running" if one.running else "stopped", "env": spec.env or {},
        "labels": labels, "volumes": mounts,
    }  # fmt: skip
    if spec.restart_policy != "no":
        told["restart_policy"] = spec.restart_policy
    if spec.command:
        told["command"] = list(spec.command)
    if spec.ports:
        told["ports"] = [port_text(each) for each in spec.ports]
    if spec.networks not in (None, (), USUAL):
        told["networks"] = list(spec.networks or ())
    return told


def needed(one: Container, found: list[Container]) -> list[str]:
    """What a container's labels say that it depends on, by name."""
    project = one.labels.get(f"{COMPOSE}.project")
    services = {
        each.labels.get(f"{COMPOSE}.service"): each.own_name for each in found
        if project and each.labels.get(f"{COMPOSE}.project") == project
    }  # fmt: skip
    said = [*one.labels.get(f"{COMPOSE}.depends_on", "").split(","), *one.labels.get(OWN, "").split(",")]
    names = [services.get(each, each) for each in (part.partition(":")[0].strip() for part in said) if each]
    there = {each.own_name for each in found}
    return [placed(name, one.node) for name in dict.fromkeys(names) if name in there and name != one.own_name]


def leads(first: str, to: str, needs: Mapping[str, list[str]]) -> bool:
    """Whether a container depends on another, directly or not."""
    seen, ahead = {first}, [first]
    while ahead:
        for name in needs.get(ahead.pop(), ()):
            if name == to:
                return True
            if name not in seen:
                seen.add(name)
                ahead.append(name)
    return False
