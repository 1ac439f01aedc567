"""What presence does by itself and tells others: following, deciding, measuring, showing Hydra, and a check."""

from hydra_lab.areas.presence import store
from hydra_lab.areas.presence.deciding import decide
from hydra_lab.areas.presence.eco import store as eco
from hydra_lab.areas.presence.eco.energy import keep_measuring
from hydra_lab.areas.presence.following import NEED, keep_following
from hydra_lab.areas.presence.panel import keep_showing
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult


def check(ctx: Context) -> CheckResult:
    """Whether every source tells something, and every card is as it should be."""
    if not ctx.services.integrations.configured(NEED):
        return CheckResult(status="ok", detail="Nothing that tells who is at home is configured.")
    with ctx.read() as connection:
        sources = store.all_sources(connection, ctx.clock.now())
        state = store.standing(connection).state
        trouble = [one.trouble for one in eco.kept_cards(connection).values() if one.trouble]
    lost = [one.name for one in sources if not one.fresh]
    if lost or not sources:
        names = ", ".join(lost) or "A source"
        return CheckResult(
            status="unknown", detail=f"{names} does not tell who is at home.", fix="`hydra presence status` says why."
        )
    if trouble:
        return CheckResult(
            status="warn", detail=f"A card's limit is not as it should be: {trouble[0]}",
            fix="`hydra presence apply` tries again.",
        )  # fmt: skip
    return CheckResult(status="ok", detail=f"Presence is {state or 'not known yet'}.")


def keep_on(ctx: Context) -> None:
    """Have the threads of presence run."""
    keep_following(ctx)
    keep_measuring(ctx)
    keep_showing(ctx)


CONTRIBUTIONS = (
    Beat(name="presence-threads", every_s=2.0, run=keep_on),
    Beat(name="presence", every_s=2.0, run=decide, on=("presence.",)),
    Check(name="presence", title="Presence", run=check),
)
