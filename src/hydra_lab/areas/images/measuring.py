"""Measuring the disk, and what is known besides: who ran from what, who names what."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from hydra_lab.areas.images import store
from hydra_lab.areas.images.model import Rules
from hydra_lab.areas.images.planning import Known
from hydra_lab.areas.images.references import Named, named_by_compose
from hydra_lab.kernel.capabilities import ImageHost, Stored
from hydra_lab.kernel.capabilities.containers import node_of, own, placed
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import ImagesWanted
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import Event

log = structlog.get_logger()
REMEMBERED = timedelta(days=400)
FRESH = timedelta(hours=1)
NAME = "images-measure"
RAN = ("containers.start", "containers.die", "containers.health_status")


def host_of(ctx: Context, node: str) -> ImageHost:
    """What keeps the images of a node; of the one that is set where no node is said. Raises ``NotFound``."""
    host = ctx.capability(ImageHost)
    return host.at(node) if node else host


def measure(ctx: Context, node: str = "", *, tell: bool = True) -> tuple[Stored, datetime]:
    """What is stored now, kept for those who look later. Raises what the host does."""
    stored, now = host_of(ctx, node).stored(), ctx.services.clock.now()
    with ctx.begin() as connection:
        store.put_measured(connection, stored, now, node)
        for one in stored.containers:
            if one.running or one.ended_at:
                at = now if one.running else one.ended_at or now
                store.note_run(connection, placed(one.name, node), one.image_id, at)
        store.forget_runs(connection, now - REMEMBERED)
        if tell:
            ctx.emit(connection, "images.measured", subject=node or None, data={"bytes": stored.sizes.total})
    return stored, now


def keep_measured(ctx: Context) -> None:
    """Measure again when the last time is long ago, in a thread: beats wait for nothing outside."""
    if not ctx.services.integrations.ready("image_host"):
        return
    now = ctx.services.clock.now()
    with ctx.read() as connection:
        last = {node: store.last_measured(connection, node) for node in ctx.capability(ImageHost).nodes()}
    late = [node for node, one in last.items() if not one or now - one[1] >= FRESH]
    if late and not any(one.name == NAME for one in threading.enumerate()):
        threading.Thread(target=quietly, args=(ctx, late), name=NAME, daemon=True).start()


def quietly(ctx: Context, nodes: Sequence[str]) -> None:
    """Measure; what goes wrong is the integration's to tell."""
    for node in nodes:
        try:
            measure(ctx, node)
        except HydraError as error:
            log.info("images.not_measured", node=node or None, error=error.detail)


def note_runs(ctx: Context, connection: Connection, events: Sequence[Event]) -> None:
    """Note from what containers tell which image each ran from, and when."""
    for event in events:
        ref, at = event.data.get("image_id") or event.data.get("image"), event.data.get("at")
        if event.subject and ref:
            when = datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else event.at
            store.note_run(connection, event.subject, ref, when, well=event.data.get("health") == "healthy")


def known(
    ctx: Context, stored: Stored, now: datetime, node: str = "", *, days: float | None = None, volumes: bool = False,
    build_cache: bool = True,
) -> tuple[Known, list[str]]:  # fmt: skip
    """All that a decision is made from, and the compose files that cannot be read. ``days`` overrides the rules'."""
    with ctx.read() as connection:
        rules, every = store.the_rules(connection), store.all_runs(connection)
    runs = [replace(one, container=own(one.container)) for one in every if node_of(one.container) == node]
    if days is not None:
        rules = Rules.model_validate(rules.model_dump() | {"unused_days": days, "cache_days": days})
    named, unread = named_by_compose(stored.containers, readable=not node)
    for one in ctx.services.registry.contributions(ImagesWanted):
        named += [Named(pattern=each.image, why=each.why) for each in one.find(ctx)]
    return Known(
        stored=stored, runs=runs, rules=rules, named=named, now=now, volumes=volumes, build_cache=build_cache
    ), unread  # fmt: skip
