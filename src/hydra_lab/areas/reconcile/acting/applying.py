"""Applying the desired state: look, show, ask where that is needed, act in order, look again, keep what came of it."""

from sqlalchemy import Connection

from hydra_lab.areas.reconcile import planning, store
from hydra_lab.areas.reconcile.acting.doing import came, do
from hydra_lab.areas.reconcile.desired.keeping import desired_of, last
from hydra_lab.areas.reconcile.desired.model import Desired
from hydra_lab.areas.reconcile.model import Action, Applied, Came, Permission, Plan, Ran, Unseen, counted
from hydra_lab.areas.reconcile.seeing import Part, see
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, NotFound

APPLY = "reconcile.apply"
VERBS = {
    "start": "containers.start", "stop": "containers.stop", "restart": "containers.restart",
    "recreate": "containers.recreate", "remove": "containers.remove",
}  # fmt: skip
BAD = ("failed", "rolled back")


def look(ctx: Context, again: bool, parts: list[Part] | None) -> Plan:
    """The plan as things are now. Raises what a host that does not answer raises."""
    number = last(ctx)
    return plan_of(ctx, desired_of(ctx, number), number, again=again, parts=parts, strict=True)


def plan_of(
    ctx: Context, desired: Desired, number: int, *, again: bool = False, parts: list[Part] | None = None,
    strict: bool = False,
) -> Plan:  # fmt: skip
    """What a desired state takes now, each action with what policy says to it."""
    seen, unknown = see(ctx, desired, parts, strict=strict)
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
    said = ctx.services.policy.check(verb, action.name, ctx.actor)
    return Permission(verdict=said.verdict, rule=said.rule, reason=said.reason)


def apply(ctx: Context, again: bool, parts: list[Part] | None, wait_s: float) -> Applied:
    """Bring it about. Raises ``Conflict`` where something did not work, after all that can be done was done."""
    plan = ctx.step("compare", look, ctx, again, parts)
    if not plan.to_do:
        return Applied(summary=plan.summary, revision=plan.revision, done=[], left=plan.actions)
    plan = agreed(ctx, again, parts)
    done: list[Came] = []
    for place, action in enumerate(plan.to_do):
        ctx.progress(place / len(plan.to_do), f"{action.what} {action.name}")
        stuck = [one.name for one in done if one.name in action.needs and one.became != "done"]
        if stuck:
            done.append(came(action, "not tried", f"{', '.join(stuck)}, which it depends on, did not come up"))
            continue
        done.append(ctx.step(f"{action.what} {action.name}", do, ctx, plan.revision, action, wait_s))
        ctx.log(f"{action.name}: {done[-1].became}, {done[-1].detail}")
    done += [
        came(one, "refused", one.policy.reason) for one in plan.actions
        if one.policy and not one.allowed and one.why_not is None
    ]  # fmt: skip
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
    rest = f" {after.summary}" if after.actions else " Everything is as it is wanted."
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


def keep(connection: Connection, ctx: Context, revision: int, done: list[Came]) -> Ran:
    """Keep what came of it, and journal it."""
    outcome = next((name for name in ("failed", "rolled back") if any(one.became == name for one in done)), "done")
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
