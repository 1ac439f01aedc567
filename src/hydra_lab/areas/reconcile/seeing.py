"""Looking at what there is: containers, silences, schedules and workflows, as far as something is wanted of them."""

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, Literal

from hydra_lab.areas.reconcile.desired.model import Desired
from hydra_lab.areas.reconcile.model import Unseen
from hydra_lab.areas.reconcile.planning import Seen, There
from hydra_lab.kernel.capabilities import Container, ContainerHost, Silencer, WorkflowHost
from hydra_lab.kernel.capabilities.making import ContainerMaker
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Denied, NotConfigured, NotFound, Refused, Unavailable

Part = Literal["containers", "silences", "schedules", "workflows"]
AWAY = (NotConfigured, Unavailable, Denied, Refused)
NEEDS: dict[Part, str] = {"containers": "container_host", "silences": "silencer", "workflows": "workflow_host",
                          "schedules": ""}  # fmt: skip
BESIDE = (".hydra-before", ".hydra-next")  # what a container is called while another takes its place


def see(
    ctx: Context, desired: Desired, parts: Collection[Part] | None = None, *, strict: bool = False
) -> tuple[Seen, list[Unseen]]:  # fmt: skip
    """What there is, and what does not answer; with ``strict`` the first that does not raises its error."""
    found: dict[str, Any] = {}
    unseen: list[Unseen] = []
    lookers: tuple[tuple[Part, bool, Callable[[], dict[str, Any]]], ...] = (
        ("containers", bool(desired.containers or desired.prune), lambda: containers(ctx, desired)),
        ("schedules", bool(desired.schedules), lambda: schedules(ctx)),
        ("silences", silences_matter(ctx, desired), lambda: {"silences": ctx.capability(Silencer).silences()}),
        ("workflows", bool(desired.workflows), lambda: {"workflows": ctx.capability(WorkflowHost).workflows()}),
    )
    for part, matters, look in lookers:
        if not matters or (parts is not None and part not in parts):
            continue
        if not strict and (lost := known_lost(ctx, NEEDS[part])):
            unseen.append(Unseen(what=part, why=lost))
            continue
        try:
            found |= look()
        except AWAY as error:
            if strict:
                raise
            unseen.append(Unseen(what=part, why=error.detail))
    return Seen(now=ctx.services.clock.now(), **found), unseen


def known_lost(ctx: Context, need: str) -> str | None:
    """Why what gives something is known not to answer: then nobody waits for it."""
    there = ctx.services.integrations.configured(need)
    state = ctx.services.integrations.state(there[0].name) if there else None
    return f"{state.title} does not answer: {state.detail or 'it is lost'}" if state and state.status.lost else None


def silences_matter(ctx: Context, desired: Desired) -> bool:
    """Whether one is wanted, or one of an earlier revision may still be there."""
    return bool(desired.silences) or bool(ctx.services.integrations.ready("silencer"))


def containers(ctx: Context, desired: Desired) -> dict[str, Any]:
    """The containers that are wanted, those that nobody names, and what the names of images mean."""
    host, maker = ctx.capability(ContainerHost), ctx.capability(ContainerMaker)
    wanted = {one.name for one in desired.containers}
    images = {one.image: maker.image(one.image) for one in desired.containers}
    there: dict[str, There] = {}
    others: list[Container] = []
    for one in host.containers():
        if one.name in wanted:
            with suppress(NotFound):
                there[one.name] = There(container=one, spec=maker.spec(one.id))
        elif not one.name.endswith(BESIDE):
            others.append(one)
    known = {name: id for name, id in images.items() if id}
    return {"containers": there, "others": others, "images": known}


def schedules(ctx: Context) -> dict[str, Any]:
    """Recurring work, by its id."""
    found = {one.id: one for one in ctx.services.work.schedules.all()}
    return {"schedules": found, "time_zone": ctx.services.settings.current.time_zone}
