"""Closing heavy lanes and opening them again: only those that presence closed, never one that a person paused."""

from fnmatch import fnmatchcase

from hydra_lab.areas.presence.eco import store
from hydra_lab.areas.presence.eco.store import Running
from hydra_lab.areas.presence.model import Plan
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict


def is_heavy(plan: Plan, lane: str) -> bool:
    """Whether a lane is one of the heavy ones."""
    return any(fnmatchcase(lane, pattern) for pattern in plan.lanes)


def heavy_lanes(ctx: Context, plan: Plan) -> list[str]:
    """The heavy lanes there are: those with slots of their own, and those of work that is not over."""
    with ctx.read() as connection:
        there = store.used_lanes(connection)
    return sorted(lane for lane in there | set(ctx.services.settings.current.lanes) if is_heavy(plan, lane))


def paused(ctx: Context) -> dict[str, str]:
    """Lanes that are paused now, by whomever, and what is said about it."""
    return {value: hold.detail for scope, value, hold in ctx.services.work.pauses()[0] if scope == "lane"}


def close(ctx: Context, plan: Plan, reason: str) -> list[str]:
    """Close every heavy lane that is open; returns those that presence keeps closed now."""
    already = paused(ctx)
    for lane in heavy_lanes(ctx, plan):
        if lane not in already:
            ctx.services.work.pause_part("lane", lane, ctx.actor, ctx.cause, until=None, reason=reason)
            with ctx.begin() as connection:
                store.keep_lane(connection, lane, reason)
    return mine(ctx)


def open_again(ctx: Context) -> list[str]:
    """Open what presence closed, unless a person has paused it since, or resumed it."""
    opened = mine(ctx)
    for lane in opened:
        try:
            ctx.services.work.resume_part("lane", lane, ctx.actor, ctx.cause)
        except Conflict:
            continue  # somebody resumed it in this moment
    with ctx.read() as connection:
        kept = store.closed_lanes(connection)
    for lane in kept:
        with ctx.begin() as connection:
            store.forget_lane(connection, lane)
    return opened


def mine(ctx: Context) -> list[str]:
    """The lanes that presence keeps closed: those it closed whose pause is still its own."""
    now = paused(ctx)
    with ctx.read() as connection:
        kept = store.closed_lanes(connection)
    return sorted(lane for lane, reason in kept.items() if now.get(lane, "").endswith(f": {reason}"))


def busy(ctx: Context, plan: Plan) -> list[Running]:
    """The work that runs in heavy lanes."""
    with ctx.read() as connection:
        return [one for one in store.running(connection) if is_heavy(plan, one.lane)]
