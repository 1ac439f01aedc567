"""See, set, try and remove probes."""

from pydantic import Field

from hydra_lab.areas.containers import store as containers
from hydra_lab.areas.containers.model import NAME
from hydra_lab.areas.containers.probes import store
from hydra_lab.areas.containers.probes.asking import ask
from hydra_lab.areas.containers.probes.judging import wanted
from hydra_lab.areas.containers.probes.model import Probe, Probed, is_of, probe_of
from hydra_lab.kernel import capabilities
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.operation import Effect, Input, Output, operation

HOST = ("container_host",)


class Container(Input):
    """One container."""

    name: str = Field(pattern=NAME, description="Its name")


class WantedProbe(Probe):
    """Which container is asked, and how."""

    name: str = Field(pattern=NAME, description="The container's name")


class ProbeView(Output):
    """A probe, and what it found."""

    container: str
    probe: Probe | None
    source: str = Field(description="label or set")
    found: Probed | None = Field(description="Nothing while the container does not run")
    problem: str | None = Field(description="Why its label cannot be used")


class Probes(Output):
    """Probes, by container."""

    probes: list[ProbeView]


class Tried(Output):
    """What a probe came to just now."""

    good: bool
    detail: str


@operation("containers.probes", effect=Effect.READ, path="GET /containers/probes")
def probes(ctx: Context) -> Probes:
    """Show which containers are probed, how, and what was found."""
    with ctx.read() as connection:
        seen = {one.name: one for one in containers.all_seen(connection).values()}
        own, found = store.set_probes(connection), store.all_found(connection)
    views = [
        ProbeView(container=name, probe=probe, source="set", found=known(found.get(name), seen.get(name)), problem=None)
        for name, probe in own.items()
    ]
    for name, one in seen.items():
        problem = None
        try:
            probe = probe_of(one.labels)
        except Invalid as error:
            probe, problem = None, error.detail
        if name not in own and (probe or problem):
            known_now = known(found.get(name), one)
            views.append(ProbeView(container=name, probe=probe, source="label", found=known_now, problem=problem))
    return Probes(probes=sorted(views, key=lambda one: one.container))


def known(found: Probed | None, one: capabilities.Container | None) -> Probed | None:
    """What was found, if it is of the life that the container has now."""
    return found if one and is_of(found, one) else None


@operation("containers.probe_set", effect=Effect.WRITE, path="PUT /containers/probes/{name}", scope="admin",
           subject="name", queueable=False)  # fmt: skip
def probe_set(ctx: Context, input: WantedProbe) -> Probe:
    """Probe a container: over HTTP, by a connection, or by a command in it. It takes the place of its label."""
    probe = Probe(**{name: getattr(input, name) for name in Probe.model_fields})
    with ctx.begin() as connection:
        store.put_probe(connection, input.name, probe)
        store.drop_found(connection, input.name)
        ctx.emit(connection, "containers.probe_set", subject=input.name, data=probe.model_dump(mode="json"))
    return probe


@operation("containers.probe_remove", effect=Effect.WRITE, path="DELETE /containers/probes/{name}", scope="admin",
           subject="name", queueable=False)  # fmt: skip
def probe_remove(ctx: Context, input: Container) -> None:
    """Take back a probe that was set; what the container's label asks for holds again."""
    with ctx.begin() as connection:
        if not store.drop_probe(connection, input.name):
            raise NotFound(f"No probe of {input.name} was set.", fix="`hydra containers probes` shows those there are.")
        store.drop_found(connection, input.name)
        ctx.emit(connection, "containers.probe_removed", subject=input.name)


@operation("containers.probe_try", effect=Effect.WRITE, path="POST /containers/probes/{name}/try", needs=HOST,
           subject="name", queueable=False)  # fmt: skip
def probe_try(ctx: Context, input: Container) -> Tried:
    """Ask a container's probe once, now, and say what came of it. Nothing is changed by it."""
    one = ctx.capability(capabilities.ContainerHost).container(input.name)
    probe = wanted(ctx, one)
    if probe is None:
        raise NotFound(f"{input.name} has no probe.", fix="Give it one: `hydra containers probe-set`.")
    if not one.running:
        raise Conflict(f"{input.name} does not run.", fix=f"Start it: `hydra containers start {input.name}`.")
    answer = ask(ctx, probe, one)
    return Tried(good=answer.good, detail=answer.detail)
