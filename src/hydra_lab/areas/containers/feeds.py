"""What containers do by themselves and tell others: following what happens, healing, and a check."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

from hydra_lab.areas.containers import store
from hydra_lab.areas.containers.following import followed, lost
from hydra_lab.areas.containers.heal.noticing import ILL, OVER, notice
from hydra_lab.areas.containers.heal.store import healthy_images
from hydra_lab.areas.containers.kept import keep
from hydra_lab.areas.containers.muting import Lease, quiet
from hydra_lab.areas.containers.probes import store as probes
from hydra_lab.areas.containers.probes.judging import Judge
from hydra_lab.areas.containers.probes.model import with_health
from hydra_lab.areas.containers.store import Place
from hydra_lab.areas.containers.work import mute_by
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.capabilities.tending import Tending
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import (
    Beat,
    Check,
    CheckResult,
    ImagesWanted,
    Listening,
    Measured,
    Reader,
    Sources,
    Tile,
    WantedImage,
)
from hydra_lab.kernel.errors import Unavailable


def check(ctx: Context) -> CheckResult:
    """Whether every container that runs is healthy."""
    if not ctx.services.integrations.configured("container_host"):
        return CheckResult(status="ok", detail="Nothing that runs containers is configured.")
    try:
        places = followed(ctx)
    except Unavailable as error:
        return CheckResult(status="unknown", detail=error.detail, fix=error.fix)
    found = known(ctx, places)
    silent = [place for place in places.values() if place.lost_at]
    if ill := ill_ones(found):
        return CheckResult(
            status="warn", detail=f"Not well: {', '.join(ill[:10])}.", fix="`hydra containers list` shows them."
        )
    if silent:
        gone = lost(silent[0])
        return CheckResult(status="unknown", detail=gone.detail, fix=gone.fix)
    running = sum(one.running for one in found)
    return CheckResult(status="ok", detail=f"{running} of {len(found)} containers run, none is unhealthy.")


def known(ctx: Context, places: Mapping[str, Place]) -> list[Container]:
    """The containers of every host that answers."""
    with ctx.read() as connection:
        probed, seen = probes.all_found(connection), store.all_seen(connection).values()
    there = {node for node, place in places.items() if not place.lost_at}
    return [with_health(one, probed.get(one.name)) for one in seen if one.node in there]


def ill_ones(found: list[Container]) -> list[str]:
    """Those that are not well."""
    return sorted(one.name for one in found if one.health == "unhealthy" or one.state in ("restarting", "dead"))


def tile(ctx: Context) -> Measured | None:
    """How many containers run, and which are not well; those of a host that is lost are not counted."""
    if not ctx.services.integrations.configured("container_host"):
        return None
    with ctx.read() as connection:
        places = store.places(connection)
    silent = {node: place for node, place in places.items() if place.lost_at}
    if len(silent) == len(places):
        return Measured(value="Unknown", text="The host does not answer.", s="unknown",
                        at=next((place.lost_at for place in silent.values()), None))  # fmt: skip
    found = known(ctx, places)
    ill = ill_ones(found)
    ended = sorted(one.name for one in found if one.state == "exited" and one.exit_code)
    words = [f"Nothing is known of {', '.join(node or 'the main host' for node in silent)}"] if silent else []
    words += [f"{', '.join(ill[:2])} not well"] if ill else []
    words += [f"{', '.join(ended[:2])} ended with an error"] if ended else []
    running = sum(one.running for one in found)
    return Measured(
        value=f"{running} run", of=f"of {len(found)}", text="; ".join(words) or "All is well.",
        s="bad" if ill else "warn" if ended or silent else "ok",
    )  # fmt: skip


def wanted_images(ctx: Context) -> list[WantedImage]:
    """What healing goes back to: of each container there is, the last other image with which it was well."""
    with ctx.read() as connection:
        there, well = store.all_seen(connection).values(), healthy_images(connection)
    back = {
        one.name: next((each for each in well if each.container == one.name and each.image_id != one.image_id), None)
        for one in there
    }
    return [
        WantedImage(image=one.image_id, why=f"healing takes container {name} back to it")
        for name, one in back.items() if one
    ]  # fmt: skip


def sources(ctx: Context) -> list[Listening]:
    """The event stream of each host."""
    there = ctx.services.integrations.configured("container_host")
    if not there:
        return []
    with ctx.read() as connection:
        places = store.places(connection)
    return [
        Listening(
            name=f"{there[0].title} on {node}" if node else there[0].title, topics=("containers",),
            how="its event stream, joined again after a break",
            state="unknown" if place is None else "lost" if place.lost_at else "there",
            heard_at=place.heard_at if place else None, lost_at=place.lost_at if place else None,
            detail=place.detail if place else None,
        )
        for node, place in ((node, places.get(node)) for node in ctx.capability(ContainerHost).nodes())
    ]  # fmt: skip


def judged(ctx: Context, there: Sequence[Container]) -> list[Container]:
    """Containers with the health that probes found last."""
    with ctx.read() as connection:
        probed = probes.all_found(connection)
    return [with_health(one, probed.get(one.name)) for one in there]


def quietly(ctx: Context, there: Sequence[Container], why: str) -> AbstractContextManager[Lease]:
    """The alerts of just these containers, muted for a block."""
    return quiet(ctx, there, why, mute_by(ctx))


CONTRIBUTIONS = (
    Sources(name="containers", find=sources),
    Tile(name="containers", title="Containers", icon="container", path="/containers", measure=tile),
    Beat(name="containers-follow", every_s=2.0, run=keep),
    Reader(name="containers-heal", on=(*ILL, *OVER), read=notice),
    Check(name="containers", title="Containers", run=check),
    ImagesWanted(name="containers", find=wanted_images),
    Tending(name="containers", judge=Judge, known=judged, quiet=quietly),
)
