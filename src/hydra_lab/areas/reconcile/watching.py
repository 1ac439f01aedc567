"""Watching: what drifts is put right by itself, with patience. Nothing is done about what only flickers."""

import hashlib
import json
from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection

from hydra_lab.areas.reconcile import store
from hydra_lab.areas.reconcile.acting.applying import APPLY, WATCHER, plan_of
from hydra_lab.areas.reconcile.acting.sweeping import is_open
from hydra_lab.areas.reconcile.desired.keeping import desired_of, last
from hydra_lab.areas.reconcile.model import Plan, counted
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.work import NewItem

WITHIN = timedelta(days=1)
LONGEST = timedelta(days=1)


class Rules(Input):
    """Whether Hydra applies by itself, and how patient it is."""

    on: bool = Field(default=False, description="Drift that lasts is put right without being asked for")
    damping_s: float = Field(
        default=60, ge=5, le=86400, description="Seconds for which the same drift must be seen before anything is done"
    )


class SeenSoFar(Output):
    """What watching has seen: the drift there is, since when, and when it was acted on within a day."""

    drift: str = ""
    summary: str = ""
    since: AwareDatetime | None = None
    looked_at: AwareDatetime | None = None
    problem: str | None = None
    acted: dict[str, list[AwareDatetime]] = {}
    item: str | None = None


class Watch(Output):
    """Watching as it stands."""

    on: bool
    damping_s: float
    state: str = Field(description="What it does now, in a sentence")
    summary: str = Field(description="What is not as it is wanted, as it was seen last")
    since: AwareDatetime | None
    acts_at: AwareDatetime | None = Field(description="When it acts if nothing changes")
    looked_at: AwareDatetime | None
    item: str | None = Field(description="The work that it began last")


@operation("reconcile.watch", effect=Effect.READ, path="GET /reconcile/watch")
def watch(ctx: Context) -> Watch:
    """Show whether drift is put right by itself, what was seen, and when something is done about it."""
    rules, seen = known(ctx)
    return shown(rules, seen)


@operation("reconcile.set_watch", effect=Effect.WRITE, path="PUT /reconcile/watch", scope="admin", queueable=False)
def set_watch(ctx: Context, input: Rules) -> Watch:
    """Have drift put right by itself, or not, and say for how long it must have lasted."""
    with ctx.begin() as connection:
        store.put_watched(connection, input.model_dump(mode="json"), {})
        ctx.emit(connection, "reconcile.watch_set", data=input.model_dump(mode="json"))
    return shown(input, SeenSoFar())


def known(ctx: Context) -> tuple[Rules, SeenSoFar]:
    """The rules, and what was seen."""
    with ctx.read() as connection:
        rules, seen = store.watched(connection)
    return Rules.model_validate(rules), SeenSoFar.model_validate(seen)


def shown(rules: Rules, seen: SeenSoFar) -> Watch:
    """Watching as it is told."""
    at = acts_at(rules, seen) if rules.on else None
    if not rules.on:
        state = "It is off: drift is shown, and nothing is done about it."
    elif seen.problem:
        state = f"It waits: {seen.problem}"
    elif seen.looked_at is None:
        state = "It has not looked yet."
    elif at is None:
        state = "Everything that can be brought about is as it is wanted."
    else:
        tries = len(seen.acted.get(seen.drift, []))
        often = "once" if tries == 1 else f"{tries} times"
        again = f" It was acted on {often} within a day, so it is waited for longer." if tries else ""
        state = f"Something has drifted; it is put right if that lasts.{again}"
    return Watch(on=rules.on, damping_s=rules.damping_s, state=state, summary=seen.summary, since=seen.since,
                 acts_at=at, looked_at=seen.looked_at, item=seen.item)  # fmt: skip


def acts_at(rules: Rules, seen: SeenSoFar) -> datetime | None:
    """When something is done about what was seen: each time that the same comes back, after twice as long."""
    if not seen.drift or seen.since is None:
        return None
    tries = len(seen.acted.get(seen.drift, []))
    at: datetime = seen.since + min(timedelta(seconds=rules.damping_s) * 2 ** min(tries, 20), LONGEST)
    return at


def mark_of(plan: Plan) -> str:
    """What a plan would do, in one word; empty where it would do nothing."""
    told = [(one.kind, one.name, one.what) for one in plan.to_do]
    return hashlib.sha256(json.dumps([plan.revision, told]).encode()).hexdigest()[:16] if told else ""


def noticed(seen: SeenSoFar, plan: Plan, now: datetime) -> SeenSoFar:
    """What is known after a look. Other drift than before begins anew."""
    mark = mark_of(plan)
    recent = {name: left for name, times in seen.acted.items() if (left := [at for at in times if now - at < WITHIN])}
    since = seen.since if mark == seen.drift else now
    lost = "; ".join(one.why.rstrip(".") for one in plan.unknown)
    return seen.model_copy(update={
        "drift": mark, "summary": counted(plan.to_do), "since": since if mark else None, "looked_at": now,
        "problem": f"{lost}." if lost and not mark else None, "acted": recent,
    })  # fmt: skip


def look(ctx: Context) -> None:
    """Look at what drifts, and begin work once it has lasted: called every few seconds by the leading process."""
    rules, before = known(ctx)
    number = last(ctx) if rules.on else 0
    if not number:
        return
    now = ctx.services.clock.now()
    acting = Context(services=ctx.services, actor=WATCHER)
    if is_open(ctx, before.item):
        return
    try:
        plan = plan_of(acting, desired_of(ctx, number), number, soon=False)
        seen = noticed(before, plan, now)
    except HydraError as error:
        seen = before.model_copy(update={"problem": error.detail, "since": None, "drift": "", "looked_at": now})
    due = acts_at(rules, seen)
    with ctx.begin() as connection:
        if store.watched(connection)[0] != rules.model_dump(mode="json"):
            return  # a person was quicker; the next round looks again
        if seen.drift and seen.drift != before.drift:
            ctx.emit(connection, "reconcile.drifted", subject=f"revision {number}", data={"drift": seen.summary})
        if due and due <= now:
            seen = begun(ctx, connection, seen, now)
        store.put_watched(connection, rules.model_dump(mode="json"), seen.model_dump(mode="json"))


def begun(ctx: Context, connection: Connection, seen: SeenSoFar, now: datetime) -> SeenSoFar:
    """Begin the work that applies."""
    acted = {**seen.acted, seen.drift: [*seen.acted.get(seen.drift, []), now]}
    new = NewItem(actor=WATCHER, operation=APPLY, input={}, title=f"Desired state: {seen.summary}"[:200])
    try:
        ((item, _),) = ctx.services.work.insert(connection, [new])
    except HydraError as error:
        return seen.model_copy(update={"acted": acted, "since": now, "problem": error.detail})
    after_commit(connection, ctx.services.work.wake)
    return seen.model_copy(update={"acted": acted, "item": item, "since": None, "drift": ""})
