"""What containers do by themselves and tell others: following what happens, healing, and a check."""

from hydra_lab.areas.containers import store
from hydra_lab.areas.containers.following import Follower, followed
from hydra_lab.areas.containers.heal.noticing import ILL, OVER, notice
from hydra_lab.areas.containers.heal.store import healthy_images
from hydra_lab.areas.containers.kept import keep
from hydra_lab.areas.containers.probes import store as probes
from hydra_lab.areas.containers.probes.model import with_health
from hydra_lab.areas.containers.watching import Watcher
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
        followed(ctx)
    except Unavailable as error:
        return CheckResult(status="unknown", detail=error.detail, fix=error.fix)
    with ctx.read() as connection:
        probed = probes.all_found(connection)
        found = [with_health(one, probed.get(one.name)) for one in store.all_seen(connection).values()]
    ill = sorted(one.name for one in found if one.health == "unhealthy" or one.state in ("restarting", "dead"))
    running = sum(one.running for one in found)
    if ill:
        return CheckResult(
            status="warn", detail=f"Not well: {', '.join(ill[:10])}.", fix="`hydra containers list` shows them."
        )
    return CheckResult(status="ok", detail=f"{running} of {len(found)} containers run, none is unhealthy.")


def tile(ctx: Context) -> Measured | None:
    """How many containers run, and which are not well."""
    if not ctx.services.integrations.configured("container_host"):
        return None
    with ctx.read() as connection:
        probed = probes.all_found(connection)
        place, seen = store.place(connection), store.all_seen(connection).values()
        found = [with_health(one, probed.get(one.name)) for one in seen]
    if place is None or place.lost_at:
        return Measured(value="Unknown", text="The host does not answer.", s="unknown",
                        at=place.lost_at if place else None)  # fmt: skip
    ill = sorted(one.name for one in found if one.health == "unhealthy" or one.state in ("restarting", "dead"))
    ended = sorted(one.name for one in found if one.state == "exited" and one.exit_code)
    words = [f"{', '.join(ill[:2])} not well"] if ill else []
    words += [f"{', '.join(ended[:2])} ended with an error"] if ended else []
    running = sum(one.running for one in found)
    return Measured(
        value=f"{running} run", of=f"of {len(found)}", text="; ".join(words) or "All is well.",
        s="bad" if ill else "warn" if ended else "ok",
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
    """The host's event stream."""
    there = ctx.services.integrations.configured("container_host")
    with ctx.read() as connection:
        place = store.place(connection)
    return [
        Listening(
            name=one.title, topics=("containers",), how="its event stream, joined again after a break",
            state="unknown" if place is None else "lost" if place.lost_at else "there",
            lost_at=place.lost_at if place else None, detail=place.detail if place else None,
        )
        for one in there[:1]
    ]  # fmt: skip


CONTRIBUTIONS = (
    Sources(name="containers", find=sources),
    Tile(name="containers", title="Containers", icon="container", path="/containers", measure=tile),
    Beat(name="containers-follow", every_s=2.0, run=lambda ctx: keep(ctx, Follower, Watcher)),
    Reader(name="containers-heal", on=(*ILL, *OVER), read=notice),
    Check(name="containers", title="Containers", run=check),
    ImagesWanted(name="containers", find=wanted_images),
)
