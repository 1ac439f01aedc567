"""Show how Hydra is: every check that any part of it offers."""

from hydra_lab.areas.health import checking
from hydra_lab.areas.health.model import Health, worst
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Check
from hydra_lab.kernel.operation import Effect, operation


@operation("health.show", effect=Effect.READ, path="GET /health", tool=True)
def show(ctx: Context) -> Health:
    """Run every health check of Hydra and show what each one saw, with what to do about it."""
    checks = checking.run(ctx, ctx.services.registry.contributions(Check))
    return Health(status=worst(one.status for one in checks), checked_at=ctx.clock.now(), checks=checks)
