"""Remembering with which images containers were well, and dropping questions that answered themselves."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hydra_lab.areas.containers.heal import store
from hydra_lab.areas.containers.heal.noticing import HEALER
from hydra_lab.areas.containers.heal.rungs import ASIDE
from hydra_lab.areas.containers.heal.wishes import Care, care_of
from hydra_lab.areas.containers.probes.model import Probed, with_health
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid

AGAIN = timedelta(hours=1)  # how exactly it is known when an image was last well
LONGER = 4  # so many times the proof's length, and what a person is asked needs no answer any more


def remember(ctx: Context, containers: Iterable[Container], probed: Mapping[str, Probed]) -> None:
    """Note the image of each container that was well for as long as its proof takes."""
    now = ctx.services.clock.now()
    well = {}
    for one in containers:
        for_s = well_for(with_health(one, probed.get(one.name)), probed.get(one.name), now)
        if for_s is not None and ASIDE not in one.name:
            well[one.name] = (one, for_s)
    with ctx.read() as connection:
        known = {(each.container, each.image_id): each.last_at for each in store.healthy_images(connection)}
        asked = store.asking(connection)
    new = [
        one for one, for_s in well.values()
        if for_s >= prove_s(one) and now - known.get((one.name, one.image_id), now - AGAIN) >= AGAIN
    ]  # fmt: skip
    answered = {
        id: name for id, name in asked.items() if name in well and well[name][1] >= LONGER * prove_s(well[name][0])
    }
    if not new and not answered:
        return
    with ctx.begin() as connection:
        for one in new:
            store.note_healthy(connection, one.name, one.image_id, one.image, now)
        for id in answered:
            drop(ctx, connection, id)


def drop(ctx: Context, connection: Connection, id: str) -> None:
    """Take a question back: what it was about is well."""
    ctx.services.work.withdraw(connection, [id], HEALER)
    one = store.remediation(connection, id)
    if one:
        detail = f"{one.detail or one.reason}; since then it has become well without Hydra"
        store.put_remediation(connection, one.model_copy(update={"asks": False, "detail": detail}))
        ctx.emit(connection, "containers.well_again", subject=one.container, data={"detail": detail})


def well_for(one: Container, probed: Probed | None, now: datetime) -> float | None:
    """For how many seconds a container has been well at least; ``None`` while it is not."""
    if not one.well or one.started_at is None:
        return None
    since = max(one.started_at, probed.since) if probed else one.started_at
    return (now - since).total_seconds()


def prove_s(one: Container) -> int:
    """How long it must be well to be taken to be."""
    try:
        return care_of(one.labels).prove_s
    except Invalid:
        return Care().prove_s
