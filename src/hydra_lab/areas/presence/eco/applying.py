"""Applying a state: lanes close, running work ends, each card gets its limit and is read back, lanes open."""

import time
from collections.abc import Sequence
from datetime import timedelta

from pydantic import Field

from hydra_lab.areas.presence import store as presence
from hydra_lab.areas.presence.eco import lanes, store
from hydra_lab.areas.presence.eco.limits import Wish, same, wish
from hydra_lab.areas.presence.eco.store import Running
from hydra_lab.areas.presence.model import Applied, CardResult, Mode, Plan
from hydra_lab.kernel.capabilities import Gpu, GpuHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Cancelled, Conflict, HydraError, NotConfigured, Unavailable
from hydra_lab.kernel.operation import Durable, Effect, Input, operation

LOOK_S = 1.0
NEED = "gpu_host"
UNLOAD_IDLE = "gpus.unload_idle"


class ToApply(Input):
    """Which state."""

    state: Mode | None = Field(default=None, description="The one presence is in, if it is left out")


@operation("presence.apply", effect=Effect.WRITE, path="POST /presence/apply",
           durable=Durable(attempts=6, timeout=timedelta(hours=24)))  # fmt: skip
def apply(ctx: Context, input: ToApply) -> Applied:
    """Apply the state presence is in to cards and lanes: wait for running work, set each limit and read it back.

    One that another state has overtaken changes nothing more. What did not work is told for each card, and what could
    not be reached is tried again.
    """
    with ctx.read() as connection:
        standing, plan = presence.standing(connection), presence.plan(connection)
    state = input.state or standing.state
    if state != standing.state:
        detail = f"Presence is {standing.state or 'not known'} by now."
        return Applied(state=state, outcome="overtaken", detail=detail, at=ctx.clock.now())
    try:
        done = ctx.step("limits", limit, ctx, plan, state)
    except Cancelled:
        settle(ctx, plan, state)
        raise
    except HydraError as error:
        cards = [CardResult.model_validate(one) for one in error.data.get("cards", [])]
        some = any(one.outcome in ("set", "already so") for one in cards)
        outcome = ("in part" if some else "failed") if cards else "not applied"
        told = {"state": state, "outcome": outcome, "detail": error.detail, "cards": cards}
        note(ctx, standing.change, Applied.model_validate({**told, "lanes_closed": settle(ctx, plan, state)}))
        raise
    done = done.model_copy(update={"lanes_closed": ctx.step("lanes", settle, ctx, plan, state)})
    if done.outcome != "overtaken" and plan.profile(state).idle_models == "unload":
        ctx.step("models", unload_idle, ctx)
    note(ctx, standing.change, done)
    return done


def unload_idle(ctx: Context) -> None:
    """Have the models that nobody uses unloaded; without a verb for it, or where policy says no, they stay."""
    try:
        ctx.enqueue(UNLOAD_IDLE, title="Presence: idle models are unloaded", key=f"idle-models:{ctx.item_id}")
    except HydraError as error:
        ctx.log(f"Idle models stay: {error.detail}")


def settle(ctx: Context, plan: Plan, state: Mode | None) -> list[str]:
    """Leave the heavy lanes as the state wants them; returns those that presence keeps closed."""
    if plan.profile(state).heavy_lanes == "closed":
        return lanes.close(ctx, plan, reason_of(state))
    lanes.open_again(ctx)
    return []


def note(ctx: Context, change: str | None, applied: Applied) -> None:
    """Keep what came of a change."""
    with ctx.begin() as connection:
        presence.put_applied(connection, change, applied.model_copy(update={"at": ctx.services.clock.now()}))


def reason_of(state: Mode | None) -> str:
    """Why presence closes a lane."""
    return f"presence is {state or 'not known'}"


def drain(ctx: Context, plan: Plan, state: Mode | None) -> None:
    """Close the heavy lanes and wait until nothing runs there, seen twice.

    Returns too when another state has begun. Raises ``Conflict`` when it takes longer than the plan allows.
    """
    lanes.close(ctx, plan, reason_of(state))
    deadline, quiet = time.monotonic() + plan.drain_minutes * 60, 0
    while quiet < 2 and is_still(ctx, state):
        ctx.check_cancelled()
        found = lanes.busy(ctx, plan)
        quiet = 0 if found else quiet + 1
        if found:
            ctx.progress(None, f"Waits for {told_of(found)}")
            if time.monotonic() > deadline:
                raise Conflict(
                    f"No limit was changed: after {plan.drain_minutes:g} minutes there still runs {told_of(found)}.",
                    fix="`hydra presence apply` tries again; the plan says how long running work is waited for.",
                )
        time.sleep(LOOK_S)


def is_still(ctx: Context, state: Mode | None) -> bool:
    """Whether presence is in the state that is being applied."""
    with ctx.read() as connection:
        return presence.standing(connection).state == state


def told_of(found: Sequence[Running]) -> str:
    """Running work in words."""
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"“{found[0].title}” in {found[0].lane}{more}"


def survey(ctx: Context, plan: Plan, state: Mode | None) -> tuple[list[Wish], dict[str, HydraError]]:
    """What every card is to have, and the nodes that could not be asked."""
    try:
        host = ctx.capability(GpuHost)
    except NotConfigured:
        return [], {}
    with ctx.read() as connection:
        kept = store.kept_cards(connection)
    wishes: list[Wish] = []
    failed: dict[str, HydraError] = {}
    for node in host.nodes():
        try:
            wishes += [wish(card, kept.get(card.uuid), plan.profile(state)) for card in host.gpus(node)]
        except HydraError as error:
            failed[node] = error
    return wishes, failed


def limit(ctx: Context, plan: Plan, state: Mode | None) -> Applied:
    """Give every card its limit, never under running work. Raises what went wrong, with what became of each card."""
    if plan.profile(state).heavy_lanes == "closed":
        lanes.close(ctx, plan, reason_of(state))
    wishes, failed = survey(ctx, plan, state)
    if any(one.changes for one in wishes):
        drain(ctx, plan, state)
    results: list[CardResult] = []
    errors: list[HydraError] = list(failed.values())
    for one in wishes:
        if one.changes and lanes.busy(ctx, plan):
            drain(ctx, plan, state)
        if not is_still(ctx, state):
            return Applied(state=state, outcome="overtaken", detail="Another state has begun.", cards=results)
        told, trouble = set_one(ctx, one)
        results.append(told)
        errors += [trouble] if trouble else []
    for node, error in failed.items():
        results += unreached(ctx, node, error)
    if errors:
        raise as_one(errors, results)
    return Applied(state=state, outcome="applied", cards=results)


def result(one: Wish, now_w: float | None, outcome: str, detail: str | None) -> CardResult:
    """What became of a card."""
    card = one.card
    return CardResult.model_validate({
        "node": card.node, "uuid": card.uuid, "name": card.name, "before_w": card.power_limit_w,
        "wanted_w": one.wanted_w, "now_w": now_w, "outcome": outcome, "detail": detail,
    })  # fmt: skip


def set_one(ctx: Context, one: Wish) -> tuple[CardResult, HydraError | None]:
    """Set one card's limit: what it was is kept first, so that a crash in between loses nothing."""
    card, wanted = one.card, one.wanted_w
    kept_w = None if one.puts_back else one.before_w
    if wanted is None:
        return result(one, card.power_limit_w, "skipped", one.why), None
    if not one.changes:
        with ctx.begin() as connection:
            store.keep_card(connection, card, before_w=kept_w, set_w=None if kept_w is None else wanted, trouble=None)
        return result(one, card.power_limit_w, "already so", one.why), None
    told = {"node": card.node, "uuid": card.uuid, "from_w": card.power_limit_w, "to_w": wanted}
    with ctx.begin() as connection:
        store.keep_card(connection, card, before_w=one.before_w, set_w=wanted, trouble="it is being set")
        cause = ctx.emit(connection, "presence.limiting", subject=card.name, data=told)
    try:
        after = checked(one, ctx.capability(GpuHost).set_power_limit(card.node, card.uuid, wanted))
    except HydraError as error:
        with ctx.begin() as connection:
            trouble, again = error.detail, isinstance(error, Unavailable)
            store.keep_card(connection, card, before_w=one.before_w, set_w=wanted, trouble=trouble, again=again)
            data = {**told, "detail": error.detail}
            ctx.services.journal.write(
                connection, "presence.limit_failed", actor=ctx.actor, subject=card.name, cause=cause, data=data,
                item=ctx.item_id,
            )  # fmt: skip
        return result(one, None, "failed", error.detail), error
    with ctx.begin() as connection:
        set_w = None if kept_w is None else after.power_limit_w
        store.keep_card(connection, card, before_w=kept_w, set_w=set_w, trouble=None)
        ctx.services.journal.write(
            connection, "presence.limited", actor=ctx.actor, subject=card.name, cause=cause, item=ctx.item_id,
            data={**told, "now_w": after.power_limit_w},
        )  # fmt: skip
    return result(one, after.power_limit_w, "set", one.why), None


def checked(one: Wish, after: Gpu) -> Gpu:
    """The card as it was read back, if it took the limit."""
    if not same(after.power_limit_w, one.wanted_w):
        told = "nothing" if after.power_limit_w is None else f"{after.power_limit_w:g} W"
        raise Conflict(
            f"{one.card.name} on {one.card.node} was set to {one.wanted_w:g} W and reads back {told}.",
            fix="See whether something else sets its limit.",
        )
    return after


def unreached(ctx: Context, node: str, error: HydraError) -> list[CardResult]:
    """What to say of a node whose cards could not be asked: each of them that is not as it was, else the node."""
    with ctx.begin() as connection:
        store.note_trouble(connection, node, error.detail)
        lowered = store.lowered_on(connection, node)
    cards: list[tuple[str | None, str | None, float | None]] = [*lowered] or [(None, None, None)]
    return [
        CardResult(
            node=node, uuid=uuid, name=name, before_w=before, wanted_w=None, now_w=None, outcome="failed",
            detail=error.detail,
        )
        for uuid, name, before in cards
    ]  # fmt: skip


def as_one(errors: Sequence[HydraError], results: Sequence[CardResult]) -> HydraError:
    """Several errors as the one that says what is to be done: tried again only where that can help."""
    worst = next((one for one in errors if not isinstance(one, Unavailable)), errors[0])
    good = sum(one.outcome in ("set", "already so") for one in results)
    detail = f"{good} of {len(results)} are as they should be. {worst.detail}"
    data = {"cards": [one.model_dump(mode="json") for one in results]}
    if isinstance(worst, Unavailable):
        return Unavailable(detail, fix=worst.fix, retry_after_s=worst.retry_after_s, **data)
    return Conflict(detail, fix=worst.fix, **data)
