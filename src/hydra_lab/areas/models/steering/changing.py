"""Changing what is loaded, so that it can be begun again anywhere: what is really loaded decides what is left to do."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from hydra_lab.areas.models import memory, store
from hydra_lab.areas.models.leasing import give_back, leased, settled
from hydra_lab.areas.models.memory import Freed
from hydra_lab.areas.models.steering.listening import heard
from hydra_lab.areas.models.steering.plan import Plan, leaves, steered
from hydra_lab.areas.models.steering.proving import prove
from hydra_lab.areas.models.store import Learned
from hydra_lab.kernel.capabilities import LoadedModel, Loading, LoadOptions, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Cancelled, HydraError, Unavailable
from hydra_lab.kernel.operation import Output

APPEARS_S, PAUSE_S = 60.0, 0.5


class Changed(Output):
    """What became of a change. ``loaded`` is what is in memory after it, ``None`` where the server does not tell."""

    outcome: Literal["changed", "restored", "lost"]
    loaded: list[str] | None
    detail: str = ""
    fix: str | None = None
    freed_how: str | None = None
    freed_gib: float | None = None
    free_gib: float | None = None
    gib: float | None = None
    load_s: float | None = None
    prove_s: float | None = None


def change(ctx: Context, plan: Plan) -> Changed:
    """Unload, see the memory free, load, and see an answer; take it back where one of them fails.

    Raises ``Unavailable`` while the server cannot even be asked what it holds: then it is begun again later.
    """
    one = steered(ctx, plan.server)
    try:
        return forward(ctx, one, plan)
    except HydraError as error:
        give_back(ctx, one, [plan.model])
        return back(ctx, one, plan, error)


def forward(ctx: Context, one: ModelServer, plan: Plan) -> Changed:
    """The change itself, from wherever the server is."""
    going = [each for each in one.loaded() or () if leaves(each, plan.model, plan.context, plan.alone)]
    before = memory.figures(ctx, one)
    freed: Freed | None = None
    for each in going:
        ctx.progress(None, f"unloading {each.name}")
        one.unload(each.name)
    if going:
        ctx.progress(None, "waiting for the memory to be free")
        freed = memory.freed(ctx, one, before, holding=plan.held_gib, need=plan.need_gib)
        give_back(ctx, one, plan.others)
    took: Learned | None = None
    if plan.model not in (names(one) or ()):
        took = load(ctx, one, plan.model, plan.context, plan.need_gib)
    ctx.progress(None, f"asking {plan.model} for a word")
    begun = time.monotonic()
    prove(ctx, one, plan.model, plan.abilities)
    proved_s = round(time.monotonic() - begun, 3)
    if took:
        with ctx.begin() as connection:
            store.learn(connection, plan.server, plan.model, took)
    return Changed(
        outcome="changed", loaded=names(one), freed_how=freed.how if freed else None,
        freed_gib=freed.gib if freed else None, free_gib=freed.free_gib if freed else None,
        gib=took.gib if took else None, load_s=took.load_s if took else None, prove_s=proved_s,
    )  # fmt: skip


def load(ctx: Context, one: ModelServer, model: str, context: int | None, need_gib: float | None) -> Learned:
    """Load a model, telling how far it is; what it took, where that can be measured or the server tells."""
    before = memory.figures(ctx, one)
    load_s = into_memory(ctx, ctx, one, model, context, need_gib)
    after = memory.figures(ctx, one)
    told = next((each.gpu_bytes for each in one.loaded() or () if each.name == model), None)
    gib = before.free_gib - after.free_gib if before and after else told / 2**30 if told else None
    settled(ctx, one, model, told / 2**30 if told else gib, load_s)
    return Learned(gib=round(gib, 3) if gib and gib > 0 else None, load_s=load_s, at=ctx.services.clock.now())


def into_memory(
    ctx: Context, telling: Context, one: ModelServer, model: str, context: int | None, need_gib: float | None
) -> float:
    """Load a model under its lease, until it is there; how many seconds that took. ``telling`` hears how far it is."""
    begun = time.monotonic()
    with leased(ctx, one, model, need_gib):
        try:
            follow(telling, one.load(model, LoadOptions(context=context)))
        except Unavailable:  # the load may go on without a listener, as TabbyAPI's does
            if not appears(telling, one, model):
                raise
    return round(time.monotonic() - begun, 3)


def appears(ctx: Context, one: ModelServer, model: str) -> bool:
    """Whether a model is in memory before long. Raises ``Unavailable`` where its server is gone."""
    deadline = time.monotonic() + APPEARS_S
    while model not in (names(one) or ()):
        if time.monotonic() > deadline:
            return False
        ctx.check_cancelled()
        time.sleep(PAUSE_S)
    return True


def follow(ctx: Context, told: Iterator[Loading]) -> None:
    """Pass on how far something is."""
    for one in heard(ctx, told):
        fraction = min(1.0, one.done / one.total) if one.total and one.done is not None else None
        count = f", {one.done} of {one.total} {one.unit}" if fraction is not None and one.unit == "modules" else ""
        ctx.progress(fraction, one.message + count)


def back(ctx: Context, one: ModelServer, plan: Plan, cause: HydraError) -> Changed:
    """Bring back what was loaded before. What is asked of the server here raises where it is gone."""
    ctx.log(f"{cause.detail} What was loaded before is brought back.", "warning")
    quiet = replace(ctx, run=None)  # this is done also where the work was cancelled
    was = plan.before or ()
    there = names(one) or []
    failed = Changed(
        outcome="restored", loaded=None, detail=cause.detail, fix=cause.fix
    )  # fmt: skip
    try:
        if plan.model in there and plan.model not in {each.name for each in was}:
            one.unload(plan.model)
        for each in was:
            bring_back(ctx, quiet, one, each)
    except HydraError as error:
        said = f"{cause.detail} What was loaded before could not be loaded again: {error.detail}"
        if isinstance(error, Unavailable):
            raise Unavailable(said, fix=error.fix, retry_after_s=error.retry_after_s) from error
        return failed.model_copy(update={"outcome": "lost", "detail": said, "loaded": names(one)})
    if isinstance(cause, Cancelled):
        raise cause
    return failed.model_copy(update={"loaded": names(one)})


def bring_back(ctx: Context, quiet: Context, one: ModelServer, was: LoadedModel) -> None:
    """Load a model as it was loaded, unless it still is."""
    now = next((each for each in one.loaded() or () if each.name == was.name), None)
    if now and now.context == was.context:
        return
    if now:
        one.unload(was.name)
    load_s = into_memory(ctx, quiet, one, was.name, was.context, None)
    settled(ctx, one, was.name, None, load_s)


def names(one: ModelServer) -> list[str] | None:
    """What is in memory now."""
    told = one.loaded()
    return None if told is None else sorted(each.name for each in told)
