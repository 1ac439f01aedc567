"""Doing one action of a plan, after a look whether it is still what is to be done."""

from contextlib import nullcontext
from dataclasses import replace
from typing import assert_never

from hydra_lab.areas.reconcile import others, planning, store
from hydra_lab.areas.reconcile.acting.proving import proved
from hydra_lab.areas.reconcile.acting.replacing import SAID_NO, TURN, discard, find, replaced, settled
from hydra_lab.areas.reconcile.acting.steering import steered
from hydra_lab.areas.reconcile.desired.keeping import desired_of
from hydra_lab.areas.reconcile.desired.model import Desired, WantedContainer
from hydra_lab.areas.reconcile.model import Action, Bad, Came, Kind, came
from hydra_lab.areas.reconcile.seeing import NEEDS, Part, need_of, see
from hydra_lab.areas.reconcile.tended import quiet
from hydra_lab.kernel.capabilities import ContainerHost, NewSilence, Silencer, WorkflowHost
from hydra_lab.kernel.capabilities.containers import node_of
from hydra_lab.kernel.capabilities.making import ContainerMaker
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Refused, Unavailable

PARTS: dict[Kind, Part] = {"container": "containers", "silence": "silences", "schedule": "schedules",
                           "workflow": "workflows", "model": "models"}  # fmt: skip
QUIETLY = ("recreate", "restart")


def do(ctx: Context, revision: int, action: Action, wait_s: float) -> Came:
    """Do it, and say what came of it; it waits where what it needs is lost."""
    desired = desired_of(ctx, revision)
    with nullcontext() if action.kind == "model" else TURN:  # a load may take long, and has turns of its own
        try:
            return done(ctx, desired, revision, action, wait_s)
        except SAID_NO as error:
            return came(action, "failed", error.detail)
        except Unavailable as error:
            need = need_of_action(action)
            if not need or ctx.services.integrations.check(need):
                raise
            return came(action, "waits", error.detail)


def done(ctx: Context, desired: Desired, revision: int, action: Action, wait_s: float) -> Came:
    """Do it, unless it is so already."""
    anew = action.what in ("create", "recreate")
    unproved = anew and settled(ctx, action.name, current_digest(ctx, desired, action.name))[1]
    now = action if unproved else still(ctx, desired, action)
    if now is None:
        return came(action, "done", "it was so already")
    if now.what != action.what and (action.what, now.what) != ("create", "start"):
        return came(action, "not tried", f"it changed meanwhile: by now it takes “{now.what}”")
    there = find(ctx, action.name) if action.kind == "container" and now.downtime and now.what in QUIETLY else None
    if there is None:
        return carried_out(ctx, desired, now, revision, wait_s)
    with quiet(ctx, there, f"Hydra reconciles {action.name}: {now.what}.") as muted:
        ended = carried_out(ctx, desired, now, revision, wait_s)
        return ended.model_copy(update={"alerts": muted.words() if muted else None})


def need_of_action(action: Action) -> str:
    """What it needs to answer; empty where that is Hydra itself."""
    if action.kind == "container":
        return need_of(node_of(action.name))
    return NEEDS[PARTS[action.kind]]


def current_digest(ctx: Context, desired: Desired, name: str) -> str:
    """What a container's description comes to with the image that is there now."""
    one = wanted(desired, name)
    return planning.digest_of(one, ctx.capability(ContainerMaker).image(one.image, one.node))


def wanted(desired: Desired, name: str) -> WantedContainer:
    """A container as it is wanted. Raises ``Conflict`` for one that is not."""
    found = next((one for one in desired.containers if one.name == name), None)
    if found is None:
        raise Conflict(f"{name} is not wanted by this revision.", fix="Look at the plan again.")
    return found


def still(ctx: Context, desired: Desired, action: Action) -> Action | None:
    """The action as it is to be done now; ``None`` where it is not needed any more."""
    part = PARTS[action.kind]
    seen, _ = see(ctx, desired, [part], strict=True, nodes=[node_of(action.name)])
    left = [
        one for one in planning.planned(desired, seen)
        if (one.kind, one.name) == (action.kind, action.name)
        and (action.kind != "workflow" or one.drift == action.drift)
    ]  # fmt: skip
    return left[0] if left else None


def carried_out(ctx: Context, desired: Desired, action: Action, revision: int, wait_s: float) -> Came:
    """Do it."""
    match action.what:
        case "create" | "recreate":
            return made_anew(ctx, desired, action, revision, wait_s)
        case "start" | "restart" | "stop" | "set restart policy":
            return moved(ctx, wanted(desired, action.name), action, wait_s)
        case "remove":
            found = find(ctx, action.name)
            if found:
                discard(ctx.capability(ContainerHost), found.id)
            return came(action, "done", "it is gone")
        case "make" | "change" | "end":
            return silenced(ctx, desired, action) if action.kind == "silence" else scheduled(ctx, desired, action)
        case "activate" | "deactivate" | "set error workflow":
            return automated(ctx, desired, action)
        case "load" | "switch" | "unload":
            return steered(ctx, desired, action)
        case "nothing":
            return came(action, "not tried", action.why_not or "nothing can be done")
        case _:
            assert_never(action.what)


def made_anew(ctx: Context, desired: Desired, action: Action, revision: int, wait_s: float) -> Came:
    """Make a container; a description that did not work is remembered."""
    one = wanted(desired, action.name)
    outcome = replaced(ctx, one, current_digest(ctx, desired, one.name), wait_s)
    digest, at = current_digest(ctx, desired, one.name), ctx.services.clock.now()
    with ctx.begin() as connection:
        if outcome.well:
            store.forget_bad(connection, one.name, digest)
        elif outcome.is_bad:
            kept = Bad(name=one.name, digest=digest, revision=revision, at=at, why=outcome.detail)
            store.put_bad(connection, kept)
            data = {"revision": revision, "image": one.image, "detail": outcome.detail}
            ctx.emit(connection, "reconcile.rolled_back", subject=one.name, data=data)
    became = "done" if outcome.well else "rolled back" if outcome.went_back else "failed"
    return came(action, became, outcome.detail)


def moved(ctx: Context, one: WantedContainer, action: Action, wait_s: float) -> Came:
    """Start, restart or stop a container, with the restart policy it is to have."""
    host, maker = ctx.capability(ContainerHost), ctx.capability(ContainerMaker)
    if one.restart_policy and (maker.spec(one.name).restart_policy or "no") != one.restart_policy:
        maker.set_restart_policy(one.name, one.restart_policy)
    if action.what == "set restart policy":
        return came(action, "done", f"its restart policy is {one.restart_policy}; it ran on")
    if action.what == "stop":
        host.stop(one.name)
        return came(action, "done", "it has stopped")
    (host.restart if action.what == "restart" else host.start)(one.name)
    proof = proved(ctx, one.name, wait_s)
    if proof.well:
        return came(action, "done", proof.detail)
    if action.what == "start":
        host.stop(one.name)
        return came(action, "rolled back", f"{proof.detail}; it is stopped, as it was")
    return came(action, "failed", proof.detail)


def silenced(ctx: Context, desired: Desired, action: Action) -> Came:
    """Make, change or end a silence."""
    silencer = ctx.capability(Silencer)
    there = next(
        (one for one in silencer.silences() if one.state != "expired" and others.name_in(one.reason) == action.name),
        None,
    )
    if action.what == "end":
        if there:
            silencer.expire(there.id)
        return came(action, "done", "it has ended")
    one = next(each for each in desired.silences if each.name == action.name)
    starts = there.starts_at if there else ctx.services.clock.now()
    id = silencer.put(
        NewSilence(matchers=one.conditions, starts_at=starts, ends_at=one.until, owner=one.owner,
                   reason=others.marked(one)), id=there.id if there else None,
    )  # fmt: skip
    return came(action, "done", f"silence {id} lasts until {one.until:%Y-%m-%d %H:%M}")


def scheduled(ctx: Context, desired: Desired, action: Action) -> Came:
    """Keep a schedule; one that is there keeps its history."""
    one = next(each for each in desired.schedules if each.name == action.name)
    keeper, verb = ctx.services.work.schedules, ctx.services.registry.operation(one.operation)
    there = keeper.get(one.name) if keeper.exists(one.name) else None
    title = one.title or (there.title if there else verb.summary)
    keeper.create(
        id=one.name, title=title, verb=verb, input=one.input, cron=one.cron, time_zone=one.time_zone,
        options=there.options if there else {}, actor=ctx.actor, cause=ctx.cause, keep=there,
    )  # fmt: skip
    if keeper.get(one.name).paused != one.paused:
        keeper.set_paused(one.name, one.paused, ctx.actor, ctx.cause)
    return came(action, "done", "it is paused" if one.paused else "it fires at its times")


def automated(ctx: Context, desired: Desired, action: Action) -> Came:
    """Activate a workflow, or give it what runs when it fails, and see that n8n kept that."""
    host = ctx.capability(WorkflowHost)
    everything = host.workflows()
    one = next(each for each in desired.workflows if each.name == action.name)
    (found,) = others.found_in(everything, one.name)
    if action.what != "set error workflow":
        active = action.what == "activate"
        if host.activate(found.id, active).active != active:
            raise Refused("n8n did not keep it.", fix="Look at the workflow in n8n.")
        return came(action, "done", "it is active" if active else "it is not active")
    before = host.workflow(found.id)
    (handler,) = others.found_in(everything, one.error_workflow or "")
    host.put(replace(before, settings={**before.settings, "errorWorkflow": handler.id}))
    now = host.workflow(found.id)
    if now.settings.get("errorWorkflow") != handler.id or now.active != before.active:
        host.put(before)
        raise Refused("n8n did not keep it; it was put back.", fix="Set it in n8n.")
    return came(action, "done", f"“{handler.name}” runs when it fails")
