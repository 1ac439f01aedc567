"""See and set after how long without use models are unloaded, and have idle ones unloaded now."""

from datetime import timedelta

from pydantic import Field

from hydra_lab.areas.broker import store
from hydra_lab.areas.broker.model import IdleRule, is_idle
from hydra_lab.areas.broker.unloading import unload
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.gpus import store as gpus
from hydra_lab.kernel.operation import Effect, Input, Output, operation


class IdleRules(Input):
    """Rules in their order; the first that is about a model counts."""

    rules: list[IdleRule] = Field(default_factory=list, max_length=100, description="None: every model stays")


class HowLong(Input):
    """Which models count as idle."""

    idle_minutes: float = Field(default=0, ge=0, le=100_000, description="Minutes without use")


class Asked(Output):
    """Models that are being unloaded, and the work that does it."""

    models: list[str]
    items: list[str]


@operation("gpus.idle_rules", effect=Effect.READ, path="GET /gpus/idle-rules")
def idle_rules(ctx: Context) -> IdleRules:
    """Show after how long without use models are unloaded; one that no rule is about stays."""
    with ctx.read() as connection:
        return IdleRules(rules=store.idle_rules(connection))


@operation("gpus.set_idle_rules", effect=Effect.WRITE, path="PUT /gpus/idle-rules")
def set_idle_rules(ctx: Context, input: IdleRules) -> IdleRules:
    """Set after how long without use models are unloaded, in place of all rules there were."""
    with ctx.begin() as connection:
        store.put_idle_rules(connection, input.rules)
        ctx.emit(connection, "gpus.idle_rules_set", data={"rules": [one.model_dump() for one in input.rules]})
    return idle_rules(ctx)


@operation("gpus.unload_idle", effect=Effect.WRITE, path="POST /gpus/unload-idle")
def unload_idle(ctx: Context, input: HowLong) -> Asked:
    """Have every model unloaded that nobody uses now; what is pinned or in use stays."""
    now, span = ctx.clock.now(), timedelta(minutes=input.idle_minutes)
    with ctx.read() as connection:
        found = [one for one in gpus.all_leases(connection) if is_idle(one, span, now)]
    items = [item for one in found if (item := unload(ctx, one, "nobody uses it", ctx.actor))]
    return Asked(models=[one.title for one in found], items=items)
