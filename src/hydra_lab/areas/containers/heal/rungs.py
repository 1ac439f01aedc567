"""The rungs of the ladder: restarting a container, making it anew, restarting what it depends on, going back."""

from contextlib import suppress

from hydra_lab.areas.containers import muting
from hydra_lab.areas.containers.heal import store
from hydra_lab.areas.containers.heal.judging import protects
from hydra_lab.areas.containers.heal.model import Healing
from hydra_lab.areas.containers.heal.order import needed
from hydra_lab.areas.containers.heal.proving import Came, refused, restarted, started
from hydra_lab.areas.containers.work import look
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.capabilities.containers import node_of, placed
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Invalid, NotFound
from hydra_lab.kernel.operation import Output

ASIDE = ".before-"  # what the one that was put aside is called meanwhile, before the beginning of its id
ASIDE_ID = 8
ONLY_ITSELF = "it depends on nothing that its labels name"


def aside_name(one: Container) -> str:
    """What a container is called while another stands in for it."""
    return placed(f"{one.own_name.partition(ASIDE)[0]}{ASIDE}{one.id[:ASIDE_ID]}", one.node)


def restart(ctx: Context, name: str, prove_s: int) -> Came | str:
    """Restart it."""
    before = ctx.step("look before restart", look, ctx, name)
    return ctx.step("restart and prove", restarted, ctx, before, prove_s)


def recreate(ctx: Context, name: str, prove_s: int) -> Came | str:
    """Make it anew from the same image."""
    return replaced(ctx, name, prove_s, "recreate", None)


def rollback(ctx: Context, name: str, prove_s: int) -> Came | str:
    """Make it anew from the last other image with which it was proved to be well; says why not where it cannot."""
    before = ctx.step("look before rollback", look, ctx, name)
    target = ctx.step("the last image that was healthy", last_healthy, ctx, before)
    if target is None:
        return "it was never seen to be well with another image"
    return replaced(ctx, name, prove_s, "rollback", target)


def last_healthy(ctx: Context, one: Container) -> str | None:
    """The id of the image to go back to."""
    with ctx.read() as connection:
        found = store.healthy_images(connection, one.name)
    return next((each.image_id for each in found if each.image_id != one.image_id), None)


def replaced(ctx: Context, name: str, prove_s: int, rung: str, image: str | None) -> Came | str:
    """Put a new container in the place of an old one, which is kept until the new one was proved to be well.

    Each step looks first at what an earlier try has done.
    """
    old = ctx.step(f"look before {rung}", look_at_old, ctx, name)
    if old.fleeting:
        return "the host deletes it as soon as it stops"
    new = ctx.step(f"{rung}: make the new one", make_new, ctx, old, name, image)
    if new.id is None:
        ctx.step(f"{rung}: keep the old one", put_back, ctx, old, name, None)
        return Came(well=False, detail=new.problem or "it could not be made")
    came = ctx.step(f"{rung}: start and prove", start_new, ctx, old, new.id, prove_s)
    if came.well:
        ctx.step(f"{rung}: remove the old one", remove_old, ctx, old)
    else:
        ctx.step(f"{rung}: put the old one back", put_back, ctx, old, name, new.id)
    return came


def look_at_old(ctx: Context, name: str) -> Container:
    """The container that is to be replaced."""
    return ctx.capability(ContainerHost).container(name)


class New(Output):
    """The new container, or why there is none."""

    id: str | None = None
    problem: str | None = None


def make_new(ctx: Context, old: Container, name: str, image: str | None) -> New:
    """Stop the old one, put it aside and make the new one."""
    host = ctx.capability(ContainerHost)
    try:
        if host.container(old.id).name == name:
            host.stop(old.id)
            host.rename(old.id, aside_name(old))
        with suppress(NotFound):
            return New(id=host.container(name).id)
        return New(id=host.copy(old.id, name, image))
    except HydraError as error:
        return New(problem=refused(error).detail)


def start_new(ctx: Context, old: Container, new: str, prove_s: int) -> Came:
    """Start the new one alone: a host that was started again meanwhile may have started the old one too."""
    host = ctx.capability(ContainerHost)
    if host.container(old.id).running:
        host.stop(old.id)
    return started(ctx, new, prove_s)


def remove_old(ctx: Context, old: Container) -> None:
    """Delete the old one; its volumes stay."""
    with suppress(NotFound):
        ctx.capability(ContainerHost).remove(old.id)


def put_back(ctx: Context, old: Container, name: str, new: str | None) -> None:
    """Have the old one be what it was; it runs again where it ran."""
    host = ctx.capability(ContainerHost)
    if new:
        with suppress(NotFound):
            host.stop(new)
            host.remove(new)
    if host.container(old.id).name != name:
        host.rename(old.id, name)
    if old.running:
        with suppress(HydraError):  # the next rung, or a person, sees how it is
            host.start(old.id)


class Needed(Output):
    """What is to be restarted first, farthest first, or why nothing is."""

    ids: list[str] = []
    names: list[str] = []
    problem: str | None = None


def dependencies(ctx: Context, name: str, prove_s: int, rules: Healing) -> Came | str:
    """Restart what it depends on, farthest first, then it; only those that are not well, if any is not."""
    found = ctx.step("what it depends on", what_it_needs, ctx, name, rules)
    if found.problem or not found.ids:
        return found.problem or ONLY_ITSELF
    others = [ctx.step(f"look at {each}", look, ctx, id) for id, each in zip(found.ids, found.names, strict=True)]
    with muting.quiet(ctx, others, f"Hydra restarts what {name} depends on.", rules.mute_by):
        for other in others:
            came = ctx.step(f"restart {other.name}", restarted, ctx, other, 0)
            if not came.well:
                return Came(well=False, detail=f"{other.name}, which it depends on, did not come up: {came.detail}")
        before = ctx.step("look after dependencies", look, ctx, name)
        came = ctx.step("dependencies: restart and prove", restarted, ctx, before, prove_s)
    return Came(well=came.well, detail=f"after a restart of {', '.join(found.names)} {came.detail}")


def what_it_needs(ctx: Context, name: str, rules: Healing) -> Needed:
    """What is to be restarted: nothing that is protected."""
    host = ctx.capability(ContainerHost)
    try:
        found = needed(host.container(name), host.containers(node_of(name)))
    except Invalid as error:
        return Needed(problem=error.detail[:1].lower() + error.detail[1:].rstrip("."))
    touched = [one for one in found if not protects(one.name, one.labels, rules)]
    ill = [one for one in touched if not one.well] or touched
    kept = [one.name for one in found if one not in touched]
    problem = f"{', '.join(kept)} {'is' if len(kept) == 1 else 'are'} protected" if kept and not ill else None
    return Needed(ids=[one.id for one in ill], names=[one.name for one in ill], problem=problem)
