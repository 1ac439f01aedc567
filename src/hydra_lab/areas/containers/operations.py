"""See containers and what they wrote; start, stop, restart and remove them."""

from datetime import timedelta
from functools import partial

from pydantic import AwareDatetime, Field

from hydra_lab.areas.containers import store, work
from hydra_lab.areas.containers.following import lost
from hydra_lab.areas.containers.heal import anew
from hydra_lab.areas.containers.model import NAME, ContainerView, masked, view
from hydra_lab.areas.containers.probes import store as probes
from hydra_lab.areas.containers.probes.model import Probed, is_of, with_health
from hydra_lab.areas.containers.work import Acted
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.capabilities.containers import node_of, reaching
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Denied, HydraError, Refused, Unavailable
from hydra_lab.kernel.integrations.soon import soon, soon_of_each
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation

HOST = ("container_host",)
LONG = Durable(attempts=3, timeout=timedelta(minutes=30))


class Wanted(Input):
    """Which containers."""

    state: str | None = Field(default=None, max_length=20, description="running, exited, paused, …")
    q: str | None = Field(default=None, max_length=100, description="Part of a name or an image")
    node: str | None = Field(default=None, max_length=63, description="Only those of one node's Docker")


class ContainerId(Input):
    """One container."""

    id: str = Field(pattern=NAME, description="Its name, or its id")


class LogsWanted(ContainerId):
    """Which part of what it wrote."""

    tail: int = Field(default=200, ge=1, le=5000, description="How many lines, from the end")
    since: AwareDatetime | None = Field(default=None, description="Only what came after this time")


class ToAct(ContainerId):
    """Which container, and how long it may take."""

    wait_s: float = Field(default=120, ge=1, le=1200, description="Seconds until it must be well, or have stopped")


class LostHost(Output):
    """A host of containers that does not answer. ``node`` is empty for the one set for Docker itself."""

    node: str
    detail: str
    heard_at: AwareDatetime | None = Field(default=None, description="When it was heard of last")


class Containers(Output):
    """Containers, by name."""

    containers: list[ContainerView]
    lost: list[LostHost] = Field(default=[], description="Hosts that do not answer; their containers are not listed")
    silent: list[LostHost] = Field(
        default=[], description="Hosts that did not answer in time just now; their containers are as seen last"
    )


class Line(Output):
    """A line that a container wrote."""

    at: AwareDatetime | None
    stream: str
    text: str


class Logs(Output):
    """The end of what a container wrote, oldest first; what is known or looks like a secret is masked."""

    name: str
    lines: list[Line]


@operation("containers.list", effect=Effect.READ, needs=HOST, tool=True)
def list_(ctx: Context, input: Wanted) -> Containers:
    """Show the containers: state, health, exit code, restarts, ports."""
    host = ctx.capability(ContainerHost)
    with ctx.read() as connection:
        probed, seen = probes.all_found(connection), store.all_seen(connection).values()
        places = store.places(connection)
    found: list[Container] = []
    away: dict[str, LostHost] = {}
    silent: dict[str, LostHost] = {}

    def ask(node: str) -> list[Container]:
        reachable(ctx, node)
        return list(host.containers(node))

    answers = soon_of_each({node: partial(ask, node) for node in host.nodes()})
    for node, answer in answers.items():
        if not isinstance(answer, HydraError):
            found += answer
        elif not isinstance(answer, Unavailable | Denied | Refused):
            raise answer
        else:
            place = places.get(node)
            told_of = LostHost(node=node, detail=answer.detail, heard_at=place.heard_at if place else None)
            known = [one for one in seen if one.node == node]
            if place and not place.lost_at and isinstance(answer, Unavailable):
                found += known
                silent[node] = told_of
            else:
                away[node] = told_of
    if len(away) == len(answers) and isinstance(answers[""], HydraError):
        raise answers[""]
    views = [told(one, probed.get(one.name)) for one in sorted(found, key=lambda one: one.name)]
    return Containers(
        containers=[one for one in views if fits(one, input)], lost=[*away.values()], silent=[*silent.values()]
    )


def fits(one: ContainerView, wanted: Wanted) -> bool:
    """Whether a container is wanted."""
    q = (wanted.q or "").lower()
    here = wanted.state in (None, one.state) and wanted.node in (None, one.node)
    return here and (q in one.name.lower() or q in one.image.lower())


@operation("containers.show", effect=Effect.READ, path="GET /containers/{id}", needs=HOST, subject="id")
def show(ctx: Context, input: ContainerId) -> ContainerView:
    """Show one container."""
    reachable(ctx, node := node_of(input.id))
    host = ctx.capability(ContainerHost)
    one = soon(lambda: host.container(input.id), host_words(ctx, node))
    with ctx.read() as connection:
        return told(one, probes.all_found(connection).get(one.name))


def told(one: Container, probed: Probed | None) -> ContainerView:
    """A container as it is told, with what its probe found."""
    return view(with_health(one, probed), probed.detail if probed and is_of(probed, one) else None)


def host_words(ctx: Context, node: str) -> str:
    """A host of containers, as it is called in a sentence."""
    title = ctx.services.integrations.configured(HOST[0])[0].title
    return f"{title} on {node}" if node else title


def reachable(ctx: Context, node: str) -> None:
    """Raise ``Unavailable`` at once while a host is known to be lost, rather than wait for it."""
    with ctx.read() as connection:
        place = store.place(connection, node)
    if place and place.lost_at:
        raise lost(place)


@operation("containers.logs", effect=Effect.READ, path="GET /containers/{id}/logs", needs=HOST, subject="id")
def logs(ctx: Context, input: LogsWanted) -> Logs:
    """Show the end of what a container wrote, with secrets masked."""
    reachable(ctx, node_of(input.id))
    host, scrub = ctx.capability(ContainerHost), ctx.services.scrubber.text
    told = host.logs(input.id, tail=input.tail, since=input.since)
    return Logs(name=input.id, lines=[Line(at=one.at, stream=one.stream, text=masked(scrub(one.text))) for one in told])


@operation("containers.start", effect=Effect.WRITE, path="POST /containers/{id}/start", needs=HOST, subject="id",
           durable=LONG)  # fmt: skip
def start(ctx: Context, input: ToAct) -> Acted:
    """Start a container, and see that it runs and, where it has a health check, becomes healthy."""
    with reaching(input.id):
        return work.act(ctx, input.id, "start", input.wait_s)


@operation("containers.stop", effect=Effect.WRITE, path="POST /containers/{id}/stop", needs=HOST, subject="id",
           durable=LONG)  # fmt: skip
def stop(ctx: Context, input: ToAct) -> Acted:
    """Stop a container, and see that it has stopped."""
    with reaching(input.id):
        return work.act(ctx, input.id, "stop", input.wait_s)


@operation("containers.restart", effect=Effect.WRITE, path="POST /containers/{id}/restart", needs=HOST, subject="id",
           common=True, durable=LONG)  # fmt: skip
def restart(ctx: Context, input: ToAct) -> Acted:
    """Restart a container, and see that it runs and, where it has a health check, becomes healthy."""
    with reaching(input.id):
        return work.act(ctx, input.id, "restart", input.wait_s)


@operation("containers.remove", effect=Effect.DANGER, path="DELETE /containers/{id}", needs=HOST, subject="id",
           floor="deletes data", durable=LONG)  # fmt: skip
def remove(ctx: Context, input: ContainerId) -> None:
    """Delete a container that does not run. What it wrote into itself is gone; its volumes stay."""
    with reaching(input.id):
        ctx.step("remove", lambda: ctx.capability(ContainerHost).remove(input.id))


@operation("containers.recreate", effect=Effect.WRITE, path="POST /containers/{id}/recreate", needs=HOST, subject="id",
           floor="deletes data", durable=LONG)  # fmt: skip
def recreate(ctx: Context, input: ContainerId) -> Acted:
    """Make a container anew with the same settings, volumes and networks; the old one stays until the new one is well.

    What it wrote into itself is gone then.
    """
    with reaching(input.id):
        return anew.recreate(ctx, input.id)
