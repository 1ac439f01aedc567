"""Healing a container: restart it, then restart what it depends on, then stop trying and ask a person.

Every rung is proved before it is called a success. How the container was before and after is kept with the work.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.containers import store
from hydra_lab.areas.containers.healing import (
    TALK,
    Care,
    Outcome,
    Remediation,
    Rung,
    care_of,
    needed,
    protects,
    refusal,
    wants_person,
)
from hydra_lab.areas.containers.model import masked
from hydra_lab.areas.containers.work import POLL_S, do, look, told
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import Conflict, HydraError, Invalid
from hydra_lab.kernel.journal import Event, Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.work import NewItem
from hydra_lab.kernel.work.window import opens_at, parse_window

ILL = ("containers.die", "containers.health_status")
HEALER = Actor(kind=ActorKind.SCHEDULE, name="healing", scopes=frozenset({"read", "write"}))
JUST_NOW = timedelta(seconds=20)
LONGEST = timedelta(hours=1)
SETTLE_S = 1.0  # the host may be about to start it again by itself
COME_UP_S = 120.0
LINES = 100


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What is to be done about a container, if anything."""

    outcome: Outcome
    container: Container
    care: Care
    at: datetime
    detail: str | None = None


def notice(ctx: Context, connection: Connection, events: Sequence[Event]) -> None:
    """Start healing where a container that asks for it has become ill."""
    for event in events:
        reason, name = reason_of(event), event.subject
        one = store.seen_named(connection, name) if reason and name else None
        if not reason or not one or one.labels.get("hydra.heal", "off").lower() == "off":
            continue
        if store.is_healed_now(connection, one.name, event.at - LONGEST) or was_meant(connection, event):
            continue
        input = {"id": one.name, "reason": reason, "at": event.at.isoformat()}
        new = NewItem(
            actor=HEALER, operation="containers.heal", input=input, title=f"Heal {one.name}", cause=event.id,
            key=f"heal:{one.id[:12]}:{event.id}",
        )  # fmt: skip
        ctx.services.work.insert(connection, [new])
    after_commit(connection, ctx.services.work.wake)


def reason_of(event: Event) -> str | None:
    """What is wrong with a container after an event; ``None`` when nothing is."""
    if event.name == "containers.health_status":
        return "it is unhealthy" if event.data.get("health") == "unhealthy" else None
    code = event.data.get("exit_code")
    if event.data.get("oom_killed"):
        return f"it ended with exit code {code}: memory ran out"
    return f"it ended with exit code {code}" if code else None


def was_meant(connection: Connection, event: Event) -> bool:
    """Whether a container ended because somebody told it to."""
    wanted = Filter(names=("containers.kill",), subject=event.subject, since=event.at - JUST_NOW)
    found = journal.page(connection, wanted, before=event.id, limit=10)
    return event.name == "containers.die" and any(str(one.data.get("signal")) not in TALK for one in found)


def heal(ctx: Context, id: str, reason: str, at: datetime) -> Remediation:
    """Climb the ladder as far as it takes, and keep what came of it."""
    decided = ctx.step("decide", decide, ctx, id, reason)
    if decided.outcome != "running":
        ended = ctx.step("note", conclude, ctx, decided, reason, at, [])
        if decided.detail and wants_person(decided.detail):
            raise failure(ended)
        return ended
    ctx.step("keep what it wrote before", keep_evidence, ctx, "before", decided.container.id)
    rungs: list[Rung] = []
    climbed = False
    for rung in ("restart", "dependencies"):
        others = ctx.step("what it depends on", depends_on, ctx, decided.container) if rung == "dependencies" else []
        if rung == "dependencies" and not others:
            continue
        rungs.append("restart" if rung == "restart" else "dependencies")
        ctx.progress(None, f"restarting {decided.container.name}" if not others else "restarting what it depends on")
        for other in others:
            ctx.step(f"restart {other.name}", mended, ctx, other, 0)
        before = ctx.step(f"look before {rung}", look, ctx, decided.container.id)
        climbed = ctx.step(f"{rung}: restart and prove", mended, ctx, before, decided.care.prove_s)
        if climbed:
            break
    ctx.step("keep what it wrote after", keep_evidence, ctx, "after", decided.container.id)
    ended = ctx.step("note", conclude, ctx, decided, reason, at, rungs, climbed)
    if not climbed:
        raise failure(ended)
    return ended


def decide(ctx: Context, id: str, reason: str) -> Decided:
    """Whether to touch it now; the attempt is written down before it begins."""
    time.sleep(SETTLE_S)
    one, now, zone = look(ctx, id), ctx.services.clock.now(), ctx.services.settings.current
    with ctx.begin() as connection:
        rules = store.healing_rules(connection)
        earlier = store.past(connection, since=now - timedelta(days=1))
        past = [each for each in earlier if each.id != ctx.item_id]
        try:
            care = care_of(one.labels)
            opens = opens_at(parse_window(care.hours, zone.overnight), now, zone.zone) if care.hours else None
        except Invalid as error:
            return Decided(outcome="refused", container=one, care=Care(), at=now, detail=error.detail)
        ill = not one.running or one.health == "unhealthy"
        why = None if ill else "it is well again by itself"
        if opens and not protects(one.name, one.labels, rules):
            why = why or f"it is healed only in its hours, {care.hours}"
        why = why or refusal(now, one, care, rules, past)
        if why:
            return Decided(outcome="refused", container=one, care=care, at=now, detail=why)
        if care.mode == "shadow" or rules.shadow:
            return Decided(
                outcome="would have", container=one, care=care, at=now, detail=f"would have restarted {one.name}"
            )
        store.put_remediation(connection, attempt(ctx, one, reason, "running", now))
        ctx.emit(connection, "containers.healing", subject=one.name, data={"reason": reason})
    return Decided(outcome="running", container=one, care=care, at=now)


def attempt(ctx: Context, one: Container, reason: str, outcome: Outcome, at: datetime, **more: Any) -> Remediation:
    """An attempt as it is kept."""
    known: dict[str, Any] = {"detail": None, "rungs": [], "ended_at": None, "recovery_s": None, "after": None}
    return Remediation(
        id=ctx.item_id or "", container=one.name, reason=reason, outcome=outcome, at=at, item=ctx.item_id,
        before=state_of(one), **(known | more),
    )  # fmt: skip


def state_of(one: Container) -> dict[str, Any]:
    """What is kept of how a container is."""
    return {
        "state": one.state, "health": one.health, "exit_code": one.exit_code, "oom_killed": one.oom_killed,
        "error": one.error, "restarts": one.restarts, "image_id": one.image_id,
        "started_at": one.started_at.isoformat() if one.started_at else None,
        "finished_at": one.finished_at.isoformat() if one.finished_at else None,
    }  # fmt: skip


def depends_on(ctx: Context, one: Container) -> list[Container]:
    """What it depends on, farthest first, without what is protected."""
    with ctx.read() as connection:
        rules = store.healing_rules(connection)
    found = needed(one, ctx.capability(ContainerHost).containers())
    return [each for each in found if not protects(each.name, each.labels, rules)]


def mended(ctx: Context, before: Container, prove_s: int) -> bool:
    """Restart a container, and whether it was well without a break for ``prove_s`` afterwards."""
    try:
        do(ctx, before, "restart")
    except Conflict as error:
        ctx.log(error.detail, "warning")
        return False
    except HydraError as error:
        if error.code != "refused":
            raise
        ctx.log(error.detail, "warning")
        return False
    host, deadline = ctx.capability(ContainerHost), time.monotonic() + COME_UP_S + prove_s
    since: float | None = None
    life: tuple[Any, ...] = ()
    while time.monotonic() < deadline:
        ctx.check_cancelled()
        now = host.container(before.id)
        if not now.well:
            since = None
        elif since is None or (now.started_at, now.restarts) != life:
            since, life = time.monotonic(), (now.started_at, now.restarts)
        if since is not None and time.monotonic() - since >= prove_s:
            return True
        if now.health == "unhealthy" or (now.state in ("exited", "dead") and now.restart_policy in (None, "no")):
            return False
        time.sleep(POLL_S)
    return False


def keep_evidence(ctx: Context, when: str, id: str) -> None:
    """Keep how a container is, and the end of what it wrote, with the work."""
    host, scrub = ctx.capability(ContainerHost), ctx.services.scrubber.text
    ctx.artifact(f"{when}.json", json.dumps(state_of(host.container(id)), indent=2).encode(), "application/json")
    lines = [
        f"{one.at:%Y-%m-%d %H:%M:%S} " * bool(one.at) + masked(scrub(one.text)) for one in host.logs(id, tail=LINES)
    ]
    ctx.artifact(f"{when}.log", "\n".join([*lines, ""]).encode(), "text/plain")


def conclude(
    ctx: Context, decided: Decided, reason: str, at: datetime, rungs: list[Rung], climbed: bool = False
) -> Remediation:
    """Write down what came of it, and journal it."""
    now, one = ctx.services.clock.now(), decided.container
    outcome, detail, after = decided.outcome, decided.detail, None
    if outcome == "running":
        current = look(ctx, one.id)
        after = state_of(current)
        outcome, detail = (
            ("recovered", None) if climbed else ("failed", f"after {' and '.join(rungs)} it {told(current)}")
        )
    ended = attempt(
        ctx, one, reason, outcome, decided.at, detail=detail, rungs=rungs, ended_at=now, after=after,
        recovery_s=round((now - at).total_seconds(), 1) if climbed else None,
    )  # fmt: skip
    name = {"recovered": "healed", "failed": "healing_failed", "refused": "healing_refused"}.get(outcome, "would_heal")
    data = {"reason": reason, "detail": detail, "rungs": rungs, "recovery_s": ended.recovery_s}
    with ctx.begin() as connection:
        store.put_remediation(connection, ended)
        ctx.emit(connection, f"containers.{name}", subject=one.name, data=data)
    return ended


def failure(ended: Remediation) -> Conflict:
    """What tells a person that healing has come to its end."""
    return Conflict(
        f"{ended.container} was not healed: {ended.detail}.", container=ended.container,
        fix=f"Look at what it wrote: `hydra containers logs {ended.container}`; before.log and after.log are here too.",
    )  # fmt: skip
