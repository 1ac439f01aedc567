"""Having models unloaded: as work, by the name of the verb, for a reason that is told."""

from datetime import datetime, timedelta

import structlog

from hydra_lab.areas.broker import store
from hydra_lab.areas.broker.model import idle_too_long
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.gpus import store as gpus
from hydra_lab.kernel.gpus.model import Lease
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.work.due.store import held_only_by
from hydra_lab.kernel.work.model import HoldKind

log = structlog.get_logger()
UNLOAD = "models.unload"
BROKER = Actor(kind=ActorKind.SCHEDULE, name="gpu-broker", scopes=frozenset({"read", "write"}))
AGAIN = timedelta(minutes=5)  # an unload that came to nothing is tried again after this


def can_unload(ctx: Context) -> bool:
    """Whether there is a verb that unloads models."""
    return UNLOAD in ctx.services.registry.verbs


def unload_by_rule(ctx: Context) -> None:
    """Have go what nobody has used for as long as a rule says."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        leases, rules = gpus.all_leases(connection), store.idle_rules(connection)
    for lease in idle_too_long(leases, rules, now):
        minutes = (now - lease.idle_since) / timedelta(minutes=1)
        unload(ctx, lease, f"unused for {minutes:.0f} minutes")


def make_room(ctx: Context) -> bool:
    """Have go what makes room for the most urgent work that waits for nothing else; whether anything goes."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        may_go = {one.holder: one for one in gpus.all_leases(connection) if one.may_go(now)}
        waiting = held_only_by(connection, HoldKind.RESOURCE)
    for row in waiting:
        evict = [may_go[holder] for holder in row.data.get("evict", ()) if holder in may_go]
        if evict:
            added = [unload(ctx, one, f"“{row.title}” waits for its memory") for one in evict]
            return any(added)
    return False


def unload(ctx: Context, lease: Lease, why: str, actor: Actor = BROKER) -> str | None:
    """Add the work that unloads a model, once for each time it is idle; returns its id, ``None`` if it cannot be."""
    if not can_unload(ctx) or lease.server is None or lease.model is None:
        return None
    try:
        item = ctx.services.work.add(
            actor=actor, operation=UNLOAD, input={"server": lease.server, "model": lease.model},
            title=f"Unload {lease.title}: {why}"[:200], key=key_of(lease, ctx.clock.now()), cause=ctx.cause,
        )  # fmt: skip
    except HydraError as error:
        log.warning("gpus.cannot_unload", model=lease.title, detail=error.detail)
        return None
    return str(item.id)


def key_of(lease: Lease, now: datetime) -> str:
    """What the work is known by, so that a model is not unloaded twice at once."""
    turn = int(now.timestamp() // AGAIN.total_seconds())
    return f"unload:{lease.holder}:{lease.idle_since.timestamp():.0f}:{turn}"
