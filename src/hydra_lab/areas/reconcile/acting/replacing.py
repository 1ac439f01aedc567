"""Making a container, in the place of another where there is one; that one is kept until the new one is well."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from hydra_lab.areas.reconcile import store
from hydra_lab.areas.reconcile.acting.proving import Proof, proved
from hydra_lab.areas.reconcile.desired.model import WantedContainer
from hydra_lab.areas.reconcile.seeing import BESIDE, need_of
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.capabilities.containers import node_of, own, placed
from hydra_lab.kernel.capabilities.making import ContainerMaker
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Cancelled, Conflict, Denied, Invalid, NotFound, Refused, Unavailable

TURN = threading.RLock()  # two that are applied at once take turns; the second finds what the first has done
LABEL = "hydra.desired"  # on what was made here: which description it was made from
SAID_NO = (Refused, Conflict, NotFound, Denied, Invalid)


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """What became of it. ``is_bad`` is what was wrong with the description, not with the host or the network."""

    well: bool
    detail: str
    is_bad: bool = False
    went_back: bool = False


def beside(name: str, end: str) -> str:
    """What a container is called while another takes its place."""
    return placed(f"{own(name)}{end}", node_of(name))


def find(ctx: Context, name: str) -> Container | None:
    """A container by its name, if there is one."""
    with suppress(NotFound):
        return ctx.capability(ContainerHost).container(name)
    return None


def settled(ctx: Context, name: str, digest: str) -> tuple[Container | None, bool]:
    """Put right what a try left behind that was cut off; the container of that name, and whether it is such a new one
    that was not proved yet."""
    host = ctx.capability(ContainerHost)
    aside, coming = (find(ctx, beside(name, end)) for end in BESIDE)
    if coming:
        discard(host, coming.id)
    now = find(ctx, name)
    if aside is None:
        return now, False
    if now is not None and now.labels.get(LABEL) == digest:
        return now, True
    if now is not None:
        discard(host, now.id)
    host.rename(aside.id, name)
    host.start(aside.id)
    return host.container(aside.id), False


def discard(host: ContainerHost, id: str) -> None:
    """Stop and delete a container, if it is still there."""
    with suppress(NotFound):
        host.stop(id)
        host.remove(id)


@contextmanager
def noted(ctx: Context, name: str, *, ran: bool) -> Iterator[None]:
    """It is kept that a container is being replaced, until that came to its end: else the sweep puts it right."""
    with ctx.begin() as connection:
        store.note_replacing(connection, name, ctx.item_id or "", ran=ran)
    yield
    with ctx.begin() as connection:
        store.forget_replacing(connection, name)


def replaced(ctx: Context, one: WantedContainer, digest: str, wait_s: float) -> Replaced:
    """Make it as it is wanted. Where the new one is not well the old one is what it was."""
    old, unproved = settled(ctx, one.name, digest)
    with noted(ctx, one.name, ran=old is not None and is_up(old)):
        return renewed(ctx, one, digest, wait_s, old, unproved=unproved)


def is_up(one: Container) -> bool:
    """Whether a container runs, or is about to again."""
    return one.running or one.state == "restarting"


def renewed(
    ctx: Context, one: WantedContainer, digest: str, wait_s: float, old: Container | None, *, unproved: bool
) -> Replaced:
    """Make the new one, where an earlier try has not, and have it take its place."""
    if unproved and old:
        new, old = old.id, find(ctx, beside(one.name, BESIDE[0]))
    else:
        try:
            new = made(ctx, one, digest, old)
        except SAID_NO as error:
            return Replaced(well=False, detail=error.detail, is_bad=True)
        except Unavailable as error:
            if not ctx.services.integrations.check(need_of(one.node)):
                raise
            return Replaced(well=False, detail=error.detail)
    return swapped(ctx, one, old, new, wait_s)


def made(ctx: Context, one: WantedContainer, digest: str, old: Container | None) -> str:
    """Make the new one beside the old one, which still runs; the image is fetched where it is not there."""
    maker = ctx.capability(ContainerMaker)
    if maker.image(one.image, one.node) is None:
        ctx.progress(None, f"fetching {one.image}")
        maker.pull(one.image, one.node)
    spec = one.spec
    spec = replace(spec, labels={**(spec.labels or {}), LABEL: digest})
    return maker.make(beside(one.name, BESIDE[1]), spec, old.id if old else None)


def swapped(ctx: Context, one: WantedContainer, old: Container | None, new: str, wait_s: float) -> Replaced:
    """Have the new one take the old one's place, and prove it."""
    host, aside = ctx.capability(ContainerHost), beside(one.name, BESIDE[0])
    ran = old is not None and (is_up(old) or old.name == aside)
    try:
        if old and old.name != aside:
            host.stop(old.id)
            host.rename(old.id, aside)
        if host.container(new).name != one.name:
            host.rename(new, one.name)
        proof = Proof(well=True, detail="it was made and not started")
        if one.state == "running":
            host.start(new)
            ctx.progress(None, f"waiting until {one.name} is well")
            proof = proved(ctx, new, wait_s)
    except Cancelled:
        put_back(ctx, one.name, old, new, ran=ran)
        raise
    except SAID_NO as error:
        proof = Proof(well=False, detail=error.detail)
    if proof.well:
        if old:
            discard(host, old.id)
        return Replaced(well=True, detail=proof.detail)
    back = put_back(ctx, one.name, old, new, ran=ran)
    return Replaced(well=False, detail=f"{proof.detail.rstrip('.')}; {back}", is_bad=True, went_back=True)


def put_back(ctx: Context, name: str, old: Container | None, new: str, *, ran: bool) -> str:
    """Delete the new one, and have the old one be what it was; what came of that."""
    host = ctx.capability(ContainerHost)
    discard(host, new)
    if old is None:
        return "it was removed again"
    try:
        if host.container(old.id).name != name:
            host.rename(old.id, name)
        if ran:
            host.start(old.id)
    except SAID_NO as error:
        return f"the one before could not be put back: {error.detail}"
    return "the one before is back" + (" and runs" if ran else "")
