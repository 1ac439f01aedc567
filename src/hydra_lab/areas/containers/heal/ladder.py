"""Healing a container: one rung after the other until one is proved to have helped, else a person is asked.

How the container was before and after is kept with the work.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hydra_lab.areas.containers import store as containers
from hydra_lab.areas.containers.heal import evidence, rungs, store
from hydra_lab.areas.containers.heal.judging import foreseen, hours_open_at, protects, refusal, wants_person
from hydra_lab.areas.containers.heal.model import Climbed, Healing, Outcome, Remediation, Rung
from hydra_lab.areas.containers.heal.noticing import DAY, ends_lately, kept
from hydra_lab.areas.containers.heal.proving import Came
from hydra_lab.areas.containers.heal.wishes import Care, care_of
from hydra_lab.areas.containers.muting import Muted, quiet
from hydra_lab.areas.containers.probes import store as probes
from hydra_lab.areas.containers.probes.model import with_health
from hydra_lab.areas.containers.work import look, reported, told
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import ApprovalNeeded, HydraError, Invalid
from hydra_lab.kernel.work.approvals import store as approvals

RULE = "healing"
WELL = "it is well again by itself"
SETTLE_S = 1.0  # the host may be about to start it again by itself
LATELY, MANY = timedelta(minutes=5), 3  # so many ends within this time, and running just now says nothing
DOING = {
    "restart": "restarting it", "recreate": "making it anew", "dependencies": "restarting what it depends on",
    "rollback": "going back to the last image that was healthy",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What is to be done about a container, if anything."""

    outcome: Outcome
    container: Container
    care: Care
    rules: Healing
    at: datetime
    detail: str | None = None
    asks: bool = False


def heal(ctx: Context, id: str, reason: str, at: datetime) -> Remediation:
    """Climb the ladder as far as it takes, and keep what came of it.

    Where nothing helped a person is asked; each yes climbs it once more, whatever the labels allow.
    """
    climbs = 0
    while True:
        ended = climb(ctx, id, reason, at, insists=climbs > 0)
        if not ended.asks:
            return ended
        climbs += 1
        with ctx.read() as connection:
            if approvals.times_granted(connection, ctx.item_id or "", RULE) < climbs:
                raise question(ended)


def climb(ctx: Context, id: str, reason: str, at: datetime, *, insists: bool) -> Remediation:
    """Decide, and go from rung to rung."""
    decided = ctx.step("decide", decide, ctx, id, reason, insists)
    if decided.outcome != "running":
        return ctx.step("note", conclude, ctx, decided, reason, at, [], None, [])
    name = decided.container.name
    said = ctx.step("keep what it wrote before", evidence.keep, ctx, "before", name)
    ladder: list[Climbed] = []
    with quiet(ctx, [decided.container], f"Hydra heals {name}: {reason}.", decided.rules.mute_by) as lease:
        for rung in decided.care.rungs:
            ladder.append(tread(ctx, rung, decided))
            if ladder[-1].came == "helped":
                break
    muted = ctx.step("what was muted", reported, lease)
    ctx.step("keep what it wrote after", evidence.keep, ctx, "after", name)
    return ctx.step("note", conclude, ctx, decided, reason, at, ladder, muted, said)


def tread(ctx: Context, rung: Rung, decided: Decided) -> Climbed:
    """Try one rung."""
    name, prove_s, begun = decided.container.name, decided.care.prove_s, ctx.clock.now()
    ctx.progress(None, f"{name}: {DOING[rung]}")
    climbers: dict[Rung, Callable[[], Came | str]] = {
        "restart": lambda: rungs.restart(ctx, name, prove_s),
        "recreate": lambda: rungs.recreate(ctx, name, prove_s),
        "dependencies": lambda: rungs.dependencies(ctx, name, prove_s, decided.rules),
        "rollback": lambda: rungs.rollback(ctx, name, prove_s),
    }
    came = climbers[rung]()
    took = round((ctx.clock.now() - begun).total_seconds(), 1)
    if isinstance(came, str):
        return Climbed(rung=rung, came="left out", detail=came, at=begun, took_s=took)
    ctx.log(f"{rung}: {came.detail}", "info" if came.well else "warning")
    return Climbed(rung=rung, came="helped" if came.well else "did not help", detail=came.detail, at=begun, took_s=took)


def decide(ctx: Context, id: str, reason: str, insists: bool) -> Decided:
    """Whether to touch it now; the attempt is written down before it begins."""
    time.sleep(SETTLE_S)
    one, now, settings = look(ctx, id), ctx.services.clock.now(), ctx.services.settings.current
    with ctx.begin() as connection:
        containers.in_turn(connection)
        one = with_health(one, probes.all_found(connection).get(one.name))
        rules = store.healing_rules(connection)
        past = [each for each in store.past(connection, since=now - DAY) if each.id != ctx.item_id]
        known: dict[str, Any] = {"container": one, "rules": rules, "at": now}
        try:
            care = care_of(one.labels)
            opens = hours_open_at(care, now, settings.zone, settings.overnight)
        except Invalid as error:
            return Decided(outcome="refused", care=Care(), detail=error.detail, **known)
        if not care.rungs:  # a person asks for what no label does
            care = care_of({"hydra.heal": "on"})
        why = None if is_ill(one) or ends_lately(connection, one.name, now - LATELY) >= MANY else WELL
        if not insists:
            if opens and not protects(one.name, one.labels, rules):
                why = why or f"it is healed only in its hours, {care.hours}"
            why = why or refusal(now, one.name, one.labels, care, rules, past)
        if why:
            asks = wants_person(why, now, rules, past)
            store.put_remediation(
                connection, kept(ctx.item_id or "", one, reason, "refused", now, detail=why, asks=asks)
            )
            return Decided(outcome="refused", care=care, detail=why, asks=asks, **known)
        if care.mode == "shadow" or rules.shadow:
            return Decided(outcome="would have", care=care, detail=foreseen(care), **known)
        store.put_remediation(connection, kept(ctx.item_id or "", one, reason, "running", now))
        ctx.emit(connection, "containers.healing", subject=one.name, data={"reason": reason})
    return Decided(outcome="running", care=care, **known)


def is_ill(one: Container) -> bool:
    """Whether something is wrong with it now."""
    return not one.running or one.health == "unhealthy"


def conclude(
    ctx: Context, decided: Decided, reason: str, at: datetime, ladder: list[Climbed], muted: Muted | None,
    said: list[str],
) -> Remediation:  # fmt: skip
    """Write down what came of it, and journal it."""
    now, one = ctx.services.clock.now(), decided.container
    outcome, detail, after, asks = decided.outcome, decided.detail, None, decided.asks
    helped = any(each.came == "helped" for each in ladder)
    if outcome == "running":
        after = evidence.state_of(last := look(ctx, one.name))
        outcome, asks = ("recovered" if helped else "failed"), not helped
        detail = None if helped else f"after {tried(ladder)} {came_to(ladder, last)}"
    ended = kept(
        ctx.item_id or "", one, reason, outcome, decided.at, detail=detail, ladder=ladder, asks=asks, ended_at=now,
        rungs=[each.rung for each in ladder if each.came != "left out"], after=after, muted=muted, said=said,
        recovery_s=round((now - at).total_seconds(), 1) if helped else None,
    )  # fmt: skip
    name = {"recovered": "healed", "failed": "healing_failed", "refused": "healing_refused"}.get(outcome, "would_heal")
    data = {"reason": reason, "detail": detail, "rungs": ended.rungs, "recovery_s": ended.recovery_s}
    with ctx.begin() as connection:
        store.put_remediation(connection, ended)
        ctx.emit(connection, f"containers.{name}", subject=one.name, data=data)
    return ended


def came_to(ladder: list[Climbed], last: Container) -> str:
    """How it is after all that; one that was just put back tells nothing yet, and is as it was found before."""
    found = [
        each.detail for each in ladder if each.detail and each.came == "did not help" and each.rung != "dependencies"
    ]
    return found[-1] if found and last.running and last.health == "starting" else f"it {told(last)}"


def tried(ladder: list[Climbed]) -> str:
    """What was tried, in words."""
    names = {"restart": "a restart", "recreate": "making it anew", "dependencies": "a restart of what it depends on",
             "rollback": "going back to the last image that was healthy"}  # fmt: skip
    found = [names[each.rung] for each in ladder if each.came != "left out"]
    return " and ".join([", ".join(found[:-1])] * (len(found) > 1) + found[-1:]) or "nothing that could be tried"


def question(ended: Remediation) -> HydraError:
    """What a person is asked when healing has come to its end."""
    wrote = f" It wrote last: “{ended.said[-1]}”." if ended.said else ""
    return ApprovalNeeded(
        f"{ended.container} was not healed. First {ended.reason}; {ended.detail}.{wrote} Yes tries the whole ladder "
        "once more, no leaves it to you.",
        rule=RULE, fix=f"Look at what it wrote: `hydra containers logs {ended.container}`.",
    )  # fmt: skip
