"""See nodes, name them, forget them, and confirm their host keys."""

from contextlib import suppress
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from hydra_lab.areas.nodes import store
from hydra_lab.areas.nodes.model import Seen
from hydra_lab.areas.nodes.views import NodeView, node_view
from hydra_lab.areas.nodes.watch.look import look as look_at_nodes
from hydra_lab.areas.nodes.watch.look import question_key
from hydra_lab.areas.nodes.watch.poll import look_at_once
from hydra_lab.areas.nodes.watch.sources import machines_of
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, NotFound
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.settings.machine import Fingerprint, Machine, MachineName, known_key, reachable_host
from hydra_lab.kernel.work import store as work

Address = Annotated[str, AfterValidator(reachable_host)]
HostKey = Annotated[str, AfterValidator(known_key)]


class NodeName(Input):
    """One node."""

    name: str = Field(max_length=63, description="What it is called")


class Values(Input):
    """What is set of a node."""

    port: int = Field(default=22, ge=1, le=65535, description="The port of its SSH server")
    user: str = Field(default="hydra", max_length=32, description="Who signs in there")
    key_file: str = Field(default="", max_length=500, description="A private key that Hydra can read; else SSH's own")
    host_key: HostKey = Field(default="", description="Its public host key or fingerprint, if you know it already")
    roles: tuple[str, ...] = Field(default=(), max_length=20, description="What it is for, e.g. gpu, storage")
    docker: str = Field(default="", max_length=200, description="Its Docker: ssh, or tcp://host:2376")
    metrics: str = Field(default="", max_length=200, description="Its label instance in Prometheus, if that differs")


class NewNode(Values):
    """A node to be."""

    name: MachineName = Field(description="What it is called: lower-case letters, digits, hyphens")
    address: Address = Field(description="Host name or IP address; local is the machine that Hydra runs on")


class Change(Input):
    """What is to be different of a node; what is left out stays."""

    name: str = Field(max_length=63, description="Which node")
    address: Address | None = Field(default=None, description="Host name or IP address")
    port: int | None = Field(default=None, ge=1, le=65535, description="The port of its SSH server")
    user: str | None = Field(default=None, max_length=32, description="Who signs in there")
    key_file: str | None = Field(default=None, max_length=500, description="A private key that Hydra can read")
    host_key: HostKey | None = Field(default=None, description="Its public host key or fingerprint")
    roles: tuple[str, ...] | None = Field(default=None, max_length=20, description="What it is for")
    docker: str | None = Field(default=None, max_length=200, description="Its Docker: ssh, or tcp://host:2376")
    metrics: str | None = Field(default=None, max_length=200, description="Its label instance in Prometheus")


class Trust(Input):
    """A host key that a person has compared."""

    name: str = Field(max_length=63, description="Which node")
    fingerprint: Fingerprint = Field(description="The fingerprint that it shows, SHA256:…")


class Nodes(Output):
    """Every node, by name."""

    nodes: list[NodeView]


@operation("nodes.list", effect=Effect.READ, path="GET /nodes", tool=True)
def list_(ctx: Context) -> Nodes:
    """Show the lab's machines: processor, memory, disks, cards; each figure with its source and its time."""
    with ctx.read() as connection:
        seen = store.all_seen(connection)
    return Nodes(nodes=[shown(ctx, name, one, seen.get(name)) for name, one in machines_of(ctx).items()])


@operation("nodes.show", effect=Effect.READ, path="GET /nodes/{name}", subject="name")
def show(ctx: Context, input: NodeName) -> NodeView:
    """Show one machine."""
    machine = known(ctx, input.name)
    with ctx.read() as connection:
        return shown(ctx, input.name, machine, store.seen_of(connection, input.name))


@operation("nodes.look", effect=Effect.WRITE, path="POST /nodes/look", queueable=False)
def look(ctx: Context) -> Nodes:
    """Measure every node now instead of at its turn."""
    look_at_nodes(ctx)
    return list_(ctx)


@operation("nodes.add", effect=Effect.WRITE, path="POST /nodes", subject="name", scope="admin", status=201,
           queueable=False)  # fmt: skip
def add(ctx: Context, input: NewNode) -> NodeView:
    """Name a machine of the lab. It is asked at once; a person confirms its host key before anything else."""
    if input.name in ctx.services.settings.current.nodes:
        raise Conflict(f"There is a node “{input.name}” already.", fix="Give it another name, or edit that one.")
    put(ctx, input.name, input.model_dump(mode="json", exclude={"name"}, exclude_defaults=True), "nodes.added")
    return show(ctx, NodeName(name=input.name))


@operation("nodes.edit", effect=Effect.WRITE, path="PATCH /nodes/{name}", subject="name", scope="admin",
           queueable=False)  # fmt: skip
def edit(ctx: Context, input: Change) -> NodeView:
    """Change what is set of a machine."""
    before = named(ctx, input.name).model_dump(mode="json", exclude_defaults=True)
    changes = {name: value for name, value in input.model_dump(mode="json").items() if value is not None}
    del changes["name"]
    put(ctx, input.name, before | changes, "nodes.edited")
    return show(ctx, NodeName(name=input.name))


@operation("nodes.remove", effect=Effect.WRITE, path="DELETE /nodes/{name}", subject="name", scope="admin",
           queueable=False)  # fmt: skip
def remove(ctx: Context, input: NodeName) -> None:
    """Forget a machine, its host key and its history. Nothing is changed on the machine itself."""
    named(ctx, input.name)
    settings = ctx.services.settings
    with ctx.read() as connection:
        seen = store.seen_of(connection, input.name)
    with ctx.begin() as connection:
        settings.set(connection, f"nodes.{input.name}", None, ctx.actor)
        store.forget(connection, input.name)
        ctx.emit(connection, "nodes.removed", subject=input.name)
    if input.name in settings.current.host_keys:
        with ctx.begin() as connection:
            settings.set(connection, f"host_keys.{input.name}", None, ctx.actor)
    if seen and seen.host_key:
        no_longer_asked(ctx, input.name, seen.host_key)
    look_at_once(ctx)


@operation("nodes.trust", effect=Effect.WRITE, path="POST /nodes/{name}/trust", subject="name",
           floor="trusts a machine")  # fmt: skip
def trust(ctx: Context, input: Trust) -> NodeView:
    """Confirm that a machine's host key is the one you have compared. Only a person can."""
    machine = named(ctx, input.name)
    with ctx.read() as connection:
        seen = store.seen_of(connection, input.name)
    if seen is None or seen.host_key != input.fingerprint:
        raise Conflict(
            f"{input.name} does not show {input.fingerprint} now.",
            fix="Look at the node again, compare the fingerprint that it shows, and confirm that one.",
        )
    if machine.host_key:
        raise Conflict(
            f"The host key of {input.name} is set with the node, which wins.",
            fix=f"Put {input.fingerprint} there, where the node is named.",
        )
    with ctx.begin() as connection:
        ctx.services.settings.set(connection, f"host_keys.{input.name}", input.fingerprint, ctx.actor)
        data = {"host_key": input.fingerprint, "before": seen.expected}
        ctx.emit(connection, "nodes.trusted", subject=input.name, data=data)
    no_longer_asked(ctx, input.name, input.fingerprint)
    look_at_nodes(ctx, input.name)
    return show(ctx, NodeName(name=input.name))


def no_longer_asked(ctx: Context, name: str, fingerprint: str) -> None:
    """Take the question about a host key out of the inbox, where it is not this answer itself."""
    with ctx.read() as connection:
        id = work.with_key(connection, question_key(name, fingerprint))
    if id and id != ctx.item_id:
        with suppress(Conflict):  # it was answered already
            ctx.services.work.cancel(id, ctx.actor)


def put(ctx: Context, name: str, values: dict[str, Any], event: str) -> None:
    """Keep what is set of a node, and have it looked at."""
    with ctx.begin() as connection:
        ctx.services.settings.set(connection, f"nodes.{name}", values, ctx.actor)
        ctx.emit(
            connection, event, subject=name, data={key: values[key] for key in ("address", "port") if key in values}
        )
    look_at_once(ctx)


def known(ctx: Context, name: str) -> Machine:
    """A node by name, the machine that Hydra runs on among them. Raises ``NotFound``."""
    machines = machines_of(ctx)
    if name not in machines:
        raise NotFound(f"There is no node “{name}”.", fix=f"There are: {', '.join(machines)}.")
    return machines[name]


def named(ctx: Context, name: str) -> Machine:
    """A node that somebody has named. Raises ``NotFound``, and ``Conflict`` for the machine Hydra adds by itself."""
    machine = known(ctx, name)
    if name not in ctx.services.settings.current.nodes:
        raise Conflict(
            f"{name} is the machine that Hydra runs on, and is there by itself.",
            fix="Add a node with the address local to set something of it.",
        )
    return machine


def shown(ctx: Context, name: str, machine: Machine, seen: Seen | None) -> NodeView:
    """A node as it is told."""
    nodes = ctx.services.settings.current.nodes
    source = ctx.services.settings.one(f"nodes.{name}").source if name in nodes else "itself"
    return node_view(name, machine, source, seen or Seen(name=name))
