"""Deciding on the state: a person's override, else the rules; and making a state begin."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from hydra_lab.areas.presence import store
from hydra_lab.areas.presence.judging import Known, Verdict, judge
from hydra_lab.areas.presence.model import Applied, Change, Mode, Plan, Standing
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.policy.model import HYDRA, Actor, ActorKind
from hydra_lab.kernel.work import NewItem, Priority

RULES = Actor(kind=ActorKind.SCHEDULE, name="presence", scopes=frozenset({"read", "write"}))
NEED = "presence_source"


def known(ctx: Context, connection: Connection, now: datetime) -> Known:
    """What the rules look at."""
    there = {one.name for one in store.all_sources(connection, now) if one.fresh}
    configured = {one.name for one in ctx.services.integrations.configured(NEED)}
    settings = ctx.services.settings.current
    return Known(
        seen=store.all_seen(connection, now), complete=bool(configured) and configured <= there, now=now,
        zone=settings.zone, overnight=settings.overnight,
    )  # fmt: skip


def verdict(ctx: Context, connection: Connection, now: datetime) -> Verdict:
    """What the rules say now."""
    return judge(store.rules(connection).rules, known(ctx, connection, now))


def decide(ctx: Context) -> None:
    """Have the state follow: called every few seconds, and whenever something was seen."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        standing, plan = store.standing(connection), store.plan(connection)
        if standing.override is None and not ctx.services.integrations.configured(NEED):
            return
        said = verdict(ctx, connection, now)
    over = standing.override is not None and standing.override.until is not None and standing.override.until <= now
    wanted = said.state if standing.override is None or over else None
    by_rule = standing.since is not None and not over and (standing.by or "").startswith("rule:")
    cool = not by_rule or standing.since is None or now - standing.since >= timedelta(seconds=plan.cooldown_s)
    moves = wanted is not None and wanted != standing.state and cool
    if not over and not moves:
        return
    with ctx.begin() as connection:
        if store.standing(connection) != standing:
            return  # a person was quicker; the next round looks again
        if over:
            standing = standing.model_copy(update={"override": None})
            store.put_standing(connection, standing)
            ctx.emit(connection, "presence.override_ended", subject=standing.state)
        if wanted and moves:
            begin(ctx, connection, standing, wanted, f"rule:{said.rule}", said.why, RULES)


def begin(
    ctx: Context, connection: Connection, standing: Standing, state: Mode, by: str, why: str, actor: Actor
) -> None:
    """A state begins: kept, journaled, and what it changes added as work of whoever decided."""
    now, id = ctx.clock.now(), ctx.new_id()
    one = Change(id=id, at=now, before=standing.state, state=state, by=by, why=why)
    moved = standing.model_copy(update={"state": state, "since": now, "by": by, "why": why, "change": id})
    store.put_standing(connection, moved)
    data = {"before": standing.state, "state": state, "by": by, "detail": why}
    cause = ctx.emit(connection, "presence.changed", subject=state, data=data)
    plan = store.plan(connection)
    if has_effect(ctx, plan, state) or has_effect(ctx, plan, standing.state):
        one = one.model_copy(update=added(ctx, connection, one, actor, cause))
    store.put_change(connection, one)


def has_effect(ctx: Context, plan: Plan, state: Mode | None) -> bool:
    """Whether a state changes anything that is there."""
    profile = plan.profile(state)
    cards = bool(profile.watts or profile.cards) and bool(ctx.services.integrations.configured("gpu_host"))
    return cards or profile.heavy_lanes == "closed" or profile.idle_models == "unload"


def added(ctx: Context, connection: Connection, one: Change, actor: Actor, cause: int | None) -> dict[str, object]:
    """The work that applies a change, or why there is none."""
    new = NewItem(
        actor=actor, operation="presence.apply", input={"state": one.state}, title=f"Presence: {one.state}",
        priority=Priority.HIGH, key=f"presence:{one.id}", cause=cause, lane=lane(ctx),
    )  # fmt: skip
    try:
        ((item, _),) = ctx.services.work.insert(connection, [new])
    except HydraError as error:
        return {"applied": Applied(state=one.state, outcome="not applied", detail=error.detail, at=one.at)}
    after_commit(connection, ctx.services.work.wake)
    return {"item": item}


def lane(ctx: Context) -> str | None:
    """A lane of its own where every lane is served, for it may wait for long; among several nodes the usual one."""
    return "presence" if ctx.services.database.is_sqlite else None


def apply_again(ctx: Context, connection: Connection, why: str, key: str) -> str | None:
    """Add work that applies the state once more; ``None`` where policy says no or it was added before."""
    standing = store.standing(connection)
    new = NewItem(
        actor=RULES, operation="presence.apply", input={"state": standing.state}, title=f"Presence: {why}",
        priority=Priority.HIGH, key=key, lane=lane(ctx),
    )  # fmt: skip
    try:
        ((item, is_new),) = ctx.services.work.insert(connection, [new])
    except HydraError as error:
        ctx.services.journal.write(
            connection, "presence.not_applied", actor=HYDRA, subject=standing.state, data={"detail": error.detail}
        )
        return None
    after_commit(connection, ctx.services.work.wake)
    return item if is_new else None
