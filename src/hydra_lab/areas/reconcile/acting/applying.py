"""Applying the desired state: look, show, ask where that is needed, act in order, look again, keep what came of it."""

from sqlalchemy import Connection

from hydra_lab.areas.reconcile import planning, store
from hydra_lab.areas.reconcile.acting.doing import do, need_of_action
from hydra_lab.areas.reconcile.desired.keeping import desired_of, last
from hydra_lab.areas.reconcile.desired.model import Desired
from hydra_lab.areas.reconcile.model import Action, Applied, Came, Permission, Plan, Ran, Unseen, came, counted
from hydra_lab.areas.reconcile.seeing import NEEDS, Part, see
from hydra_lab.kernel.capabilities.containers import AT
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, HydraError, NotFound
from hydra_lab.kernel.policy.model import Actor, ActorKind

APPLY = "reconcile.apply"
WATCHER = Actor(kind=ActorKind.SCHEDULE, name="reconcile", scopes=frozenset({"read", "write"}))
VERBS = {
    "start": "containers.start", "stop": "containers.stop", "restart": "containers.restart",
    "recreate": "containers.recreate", "remove": "containers.remove",
    "load": "models.load", "switch": "models.switch", "unload": "models.unload",
}  # fmt: skip
BAD = ("failed", "rolled back")


def look(ctx: Context, again: bool, parts: list[Part] | None) -> Plan:
    """The plan as things are now, as far as what is wanted can be seen."""
    number = last(ctx)
    return plan_of(ctx, desired_of(ctx, number), number, again=again, parts=parts, soon=False)


def plan_of(
    ctx: Context, desired: Desired, number: int, *, again: bool = False, parts: list[Part] | None = None,
    strict: bool = False, soon: bool = True,
) -> Plan:  # fmt: skip
    """What a desired state takes now, each action with what policy says to it."""
    seen, unknown = see(ctx, desired, parts, strict=strict, soon=soon)
    with ctx.read() as connection:
        bad = [] if again else store.all_bad(connection)
    actions = [one.model_copy(update={"policy": permission(ctx, one)}) for one in planning.planned(desired, seen, bad)]
    plan = Plan(
        revision=number, summary="", in_sync=not actions and not unknown, actions=actions,
        extra=planning.unnamed(desired, seen), unknown=unknown,
    )  # fmt: skip
    return plan.model_copy(update={"summary": summed_up(plan, unknown)})


def summed_up(plan: Plan, unknown: list[Unseen]) -> str:
    """A plan in a sentence or two."""
    parts = []
    if plan.to_do:
        parts.append(f"{counted(plan.to_do)}.")
    if stays := [one for one in plan.actions if not one.allowed]:
        parts.append(f"Stays as it is: {', '.join(dict.fromkeys(one.name for one in stays))}.")
    if unknown:
        parts.append(f"Not known: {', '.join(one.what for one in unknown)}.")
    text = " ".join(parts) or "Everything is as it is wanted."
    return text[:1].upper() + text[1:]


def permission(ctx: Context, action: Action) -> Permission:
    """What policy says to it: by the verb that does just this, else by applying itself."""
    registry = ctx.services.registry
    try:
        verb = registry.operation(VERBS.get(action.what, APPLY))
    except NotFound:
        verb = registry.operation(APPLY)
    said = ctx.services.policy.check(verb, action.server or action.name, ctx.actor)
    return Permission(verdict=said.verdict, rule=said.rule, reason=said.reason)


def apply(ctx: Context, again: bool, parts: list[Part] | None, wait_s: float) -> Applied:
    """Bring it about. What does not answer holds only its own part: the work waits for that once the rest is done.

    Raises ``Conflict`` where something did not work, after all that can be done was done.
    """
    done: list[Came] = []
    while True:
        plan = ctx.step("compare", look, ctx, again, parts)
        if plan.to_do:
            plan = agreed(ctx, again, parts)
            done += brought_about(ctx, plan, parts, wait_s, done)
        lost = [one.need for one in plan.unknown if one.need]
        if not lost or ctx.actor == WATCHER:  # watching looks again by itself
            break
        wait(ctx, plan.revision, lost, done)
    if not done:
        return Applied(summary=plan.summary, revision=plan.revision, done=[], left=plan.actions)
    return concluded(ctx, plan, parts, done)


def brought_about(
    ctx: Context, plan: Plan, parts: list[Part] | None, wait_s: float, before: list[Came]
) -> list[Came]:  # fmt: skip
    """What came of each action. What was lost in the middle of its own is waited for when all else is done."""
    done: list[Came] = []
    ahead, count = plan.to_do, len(plan.to_do)
    while ahead:
        waits: list[Action] = []
        for action in ahead:
            ctx.progress(len(done) / count, f"{action.what} {action.name}")
            stuck = [one.name for one in done if one.name in action.needs and one.became != "done"]
            if any(one.name in action.needs or need_of_action(one) == need_of_action(action) for one in waits):
                waits.append(action)
            elif stuck:
                done.append(came(action, "not tried", f"{', '.join(stuck)}, which it depends on, did not come up"))
            else:
                one = ctx.step(f"{action.what} {action.name}", do, ctx, plan.revision, action, wait_s)
                ctx.log(f"{action.name}: {one.became}, {one.detail}")
                (waits.append(action) if one.became == "waits" else done.append(one))
        if waits:
            held = [came(one, "waits", "what it needs does not answer") for one in waits]
            wait(ctx, plan.revision, [need_of_action(one) for one in waits], [*before, *done, *held])
        ahead = waits
    return done + [
        came(one, "refused", one.policy.reason) for one in plan.actions
        if one.policy and not one.allowed and one.why_not is None
    ]  # fmt: skip


def wait(ctx: Context, revision: int, needs: list[str], done: list[Came]) -> None:
    """Return once one of these answers; until then the work is held for it, and what was done so far is kept."""
    if done:
        ctx.transaction("keep so far", keep, ctx, revision, done, more=True)
    ctx.step("wait until it answers", answers, ctx, revision, list(dict.fromkeys(needs)))


def answers(ctx: Context, revision: int, needs: list[str]) -> None:
    """Raise why none of these answers."""
    desired, problems = desired_of(ctx, revision), list[HydraError]()
    for need in needs:
        whole, _, node = need.partition(AT)
        try:
            part = next(part for part, each in NEEDS.items() if each == whole)
            see(ctx, desired, [part], strict=True, nodes=[node])
            return
        except HydraError as error:
            problems.append(error)
    raise problems[0]


def concluded(ctx: Context, plan: Plan, parts: list[Part] | None, done: list[Came]) -> Applied:
    """Look once more, keep what came of it and tell it. Raises ``Conflict`` where something did not work."""
    after = ctx.step("look after", look, ctx, False, parts)
    ran = ctx.transaction("keep", keep, ctx, plan.revision, done)
    failed = [one for one in done if one.became in BAD]
    if failed:
        first = failed[0]
        said = f"{first.name}: {first.detail.rstrip('.')}"
        more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        raise Conflict(
            f"{said}{more}.", revision=plan.revision, done=[one.model_dump(mode="json") for one in done],
            fix="Mend its description, or have it tried again: `hydra reconcile apply --again`.",
        )  # fmt: skip
    good = sum(one.became == "done" for one in done)
    rest = " Everything is as it is wanted." if after.in_sync else f" {after.summary}"
    what = f"{good} {'thing was' if good == 1 else 'things were'} brought about."
    return Applied(summary=what + rest, revision=ran.revision, done=done, left=after.actions)


def agreed(ctx: Context, again: bool, parts: list[Part] | None) -> Plan:
    """The plan once the work may do it and it is found unchanged; what changed is asked anew."""
    shown = ctx.step("look", look, ctx, again, parts)
    while True:
        if not shown.to_do:
            return shown
        ctx.ask(shown.preview, floor=shown.floor)
        now = ctx.step("look again", look, ctx, again, parts)
        if now.preview.digest == shown.preview.digest:
            return now
        shown = now


def keep(connection: Connection, ctx: Context, revision: int, done: list[Came], more: bool = False) -> Ran:
    """Keep what came of it, and journal it; there may be more to come."""
    outcome = next((name for name in ("failed", "rolled back") if any(one.became == name for one in done)), "done")
    outcome = "in part" if more else outcome
    ran = Ran.model_validate({
        "id": ctx.item_id or ctx.new_id(), "at": ctx.services.clock.now(), "revision": revision,
        "author": f"{ctx.actor.kind.value}:{ctx.actor.name}", "item": ctx.item_id, "outcome": outcome, "done": done,
    })  # fmt: skip
    store.put_run(connection, ran)
    data = {
        "revision": revision, "outcome": outcome, "done": [one.name for one in done if one.became == "done"],
        "failed": {one.name: one.detail for one in done if one.became in BAD},
    }  # fmt: skip
    ctx.emit(connection, "reconcile.applied", subject=f"revision {revision}", data=data)
    return ran
