"""The work of changing models: one door, two looks, one change, and its line in the journal."""

from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.models import leasing, memory
from hydra_lab.areas.models.looking import look_at, server, servers
from hydra_lab.areas.models.memory import Freed
from hydra_lab.areas.models.steering.changing import Changed, change, follow, names
from hydra_lab.areas.models.steering.plan import Plan, look, refuse_if_it_cannot_be, steered
from hydra_lab.areas.models.steering.views import Switched, Unloaded
from hydra_lab.kernel.capabilities import LoadedModel
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, Refused
from hydra_lab.kernel.gpus import store as gpus


def carry_out(ctx: Context, id: str, model: str, context: int | None, *, alone: bool, wait_s: float) -> Switched:
    """Change what is loaded. It is looked at once before the door is shut, so that what cannot be holds nobody up."""
    first = ctx.step("look", look, ctx, id, model, context, alone)
    if first.is_there:
        return switched(first, Changed(outcome="changed", loaded=loaded_names(first)), outcome="already")
    running = ctx.services.doors.count(id)
    ctx.progress(None, f"waiting for {running} requests to end" if running else f"about to load {model}")
    with ctx.services.doors.shut(id, wait_s=wait_s) as still_inside:
        plan = ctx.step("look again", look, ctx, id, model, context, alone)
        if plan.is_there:
            return switched(plan, Changed(outcome="changed", loaded=loaded_names(plan)), outcome="already")
        ctx.transaction("begin", begun, ctx, plan, still_inside)
        became = ctx.step("change", change, ctx, plan)
        ctx.transaction("note", note, ctx, plan, became)
    look_now(ctx, id)
    if became.outcome == "changed":
        return switched(plan, became, still_inside=still_inside)
    after = switched(plan, became, still_inside=still_inside)
    raise Refused(failure(ctx, plan, became), fix=became.fix or "Look into its log.", **after.model_dump(mode="json"))


def loaded_names(plan: Plan) -> list[str] | None:
    """What a plan saw in memory."""
    return None if plan.before is None else sorted(one.name for one in plan.before)


def failure(ctx: Context, plan: Plan, became: Changed) -> str:
    """What went wrong and how it is now, in sentences."""
    now = ", ".join(became.loaded or ()) or "nothing"
    end = f"{now} is loaded, as before." if became.outcome == "restored" else f"Now {now} is loaded."
    return f"{plan.model} was not loaded on {server(ctx, plan.server).title}: {became.detail} {end}"


def switched(plan: Plan, became: Changed, *, outcome: str = "", still_inside: int = 0) -> Switched:
    """The answer."""
    return Switched(
        server=plan.server, model=plan.model, outcome=outcome or became.outcome, before=loaded_names(plan),
        loaded=became.loaded, requests_cut=still_inside, need_gib=plan.need_gib, freed=became.freed_how,
        freed_gib=became.freed_gib, free_gib=became.free_gib, gib=became.gib, load_s=became.load_s,
        answered_after_s=became.prove_s,
    )  # fmt: skip


def begun(connection: Connection, ctx: Context, plan: Plan, still_inside: int) -> None:
    """Take the memory for it, unless somebody was quicker, and journal that it begins. Raises ``Conflict``."""
    one = steered(ctx, plan.server)
    gpus.one_at_a_time(connection)
    refuse_if_it_cannot_be(ctx, connection, one, plan)
    leasing.take(ctx, connection, one, plan.model, plan.need_gib)
    data: dict[str, Any] = {"model": plan.model, "before": loaded_names(plan), "context": plan.context,
                            "goes": [one.name for one in plan.goes], "requests_cut": still_inside or None}  # fmt: skip
    emit(connection, ctx, "switching", plan.server, data)


def note(connection: Connection, ctx: Context, plan: Plan, became: Changed) -> None:
    """Journal what became of it."""
    name = "switched" if became.outcome == "changed" else "switch_failed"
    data = {
        "model": plan.model, "before": loaded_names(plan), "loaded": became.loaded, "outcome": became.outcome,
        "detail": became.detail or None, "gib": became.gib, "load_s": became.load_s, "freed": became.freed_how,
        "freed_gib": became.freed_gib,
    }  # fmt: skip
    emit(connection, ctx, name, plan.server, data)


def emit(connection: Connection, ctx: Context, name: str, subject: str, data: dict[str, Any]) -> None:
    """One entry of the journal, without what is unknown."""
    known = {key: value for key, value in data.items() if value is not None}
    ctx.emit(connection, f"models.{name}", subject=subject, data=known)


def look_now(ctx: Context, id: str) -> None:
    """Have what changed be known at once."""
    integration, one = servers(ctx)[id]
    look_at(ctx, integration, one)


def unload(ctx: Context, id: str, model: str | None, wait_s: float) -> Unloaded:
    """Take one model, or all, out of memory once its requests have ended, and see the memory free."""
    steered(ctx, id)
    with ctx.services.doors.shut(id, wait_s=wait_s) as still_inside:
        was = ctx.step("look", in_memory, ctx, id, model)
        freed = ctx.step("unload", take_out, ctx, id, was)
    look_now(ctx, id)
    return Unloaded(
        server=id, unloaded=[one.name for one in was], loaded=names(server(ctx, id)), requests_cut=still_inside,
        freed=freed.how if was else None, freed_gib=freed.gib, free_gib=freed.free_gib,
    )  # fmt: skip


def in_memory(ctx: Context, id: str, model: str | None) -> list[LoadedModel]:
    """What is to go; where the server does not tell what it holds, what was named."""
    told = steered(ctx, id).loaded()
    if told is None:
        return [LoadedModel(name=model)] if model else []
    return [one for one in told if model in (None, one.name)]


def take_out(ctx: Context, id: str, was: list[LoadedModel]) -> Freed:
    """Unload what is still there, and see how much came free."""
    one = steered(ctx, id)
    before, holding = memory.figures(ctx, one), memory.held(tuple(was), {})
    there = names(one)
    for each in was:
        if there is None or each.name in there:
            ctx.progress(None, f"unloading {each.name}")
            one.unload(each.name)
    return memory.freed(ctx, one, before, holding=holding, need=None) if was else Freed(how="told")


def pull(ctx: Context, id: str, model: str) -> None:
    """Fetch a model. Raises ``Invalid`` where the server fetches none."""
    one = server(ctx, id)
    if not one.pulls:
        raise Invalid(
            f"{one.title} does not fetch models.", fix="Put the model where it reads its models from.",
            problems=[{"field": "server", "problem": "does not fetch models"}],
        )  # fmt: skip
    ctx.step("pull", fetch, ctx, id, model)
    ctx.transaction("note", pulled, ctx, id, model)
    look_now(ctx, id)


def fetch(ctx: Context, id: str, model: str) -> None:
    """Fetch it, telling how far it is; what is there already is not fetched again."""
    follow(ctx, server(ctx, id).pull(model))


def pulled(connection: Connection, ctx: Context, id: str, model: str) -> None:
    """Journal that it is there."""
    emit(connection, ctx, "pulled", id, {"model": model})
