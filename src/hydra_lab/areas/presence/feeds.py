"""What presence does by itself and tells others: following, deciding, measuring, showing Hydra, and a check."""

from hydra_lab.areas.presence import store
from hydra_lab.areas.presence.deciding import decide
from hydra_lab.areas.presence.eco import store as eco
from hydra_lab.areas.presence.eco.energy import keep_measuring
from hydra_lab.areas.presence.following import NEED, keep_following
from hydra_lab.areas.presence.panel import keep_showing
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult, Listening, Measured, Sources, Tile


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


def sources(ctx: Context) -> list[Listening]:
    """What tells who is at home. One that was not heard from for a while counts as lost."""
    title = {one.name: one.title for one in ctx.services.integrations.configured(NEED)}
    with ctx.read() as connection:
        found = {one.name: one for one in store.all_sources(connection, ctx.clock.now())}
    told = []
    for name in title:
        one = found.get(name)
        told.append(
            Listening(
                name=title[name], topics=("presence",), how="followed as it tells, joined again after a break",
                state="unknown" if one is None else "there" if one.fresh else "lost",
                heard_at=one.told_at if one else None, detail=one.detail if one else None,
                lost_at=(one.lost_at or one.told_at) if one and not one.fresh else None,
            )
        )  # fmt: skip
    return told


def tile(ctx: Context) -> Measured | None:
    """Who the lab takes to be at home."""
    if not ctx.services.integrations.configured(NEED):
        return None
    lost = [one for one in sources(ctx) if one.state != "there"]
    with ctx.read() as connection:
        now = store.standing(connection)
    if lost:
        return Measured(
            value="Unknown" if now.state is None else now.state.capitalize(),
            text=f"{lost[0].name} does not tell who is at home.", s="unknown", at=lost[0].lost_at,
        )  # fmt: skip
    return Measured(value=(now.state or "Unknown").capitalize(), s="ok" if now.state else "unknown")


CONTRIBUTIONS = (
    Tile(name="presence", title="Presence", icon="house", path="/presence", measure=tile),
    Sources(name="presence", find=sources),
    Beat(name="presence-threads", every_s=2.0, run=keep_on),
    Beat(name="presence", every_s=2.0, run=decide, on=("presence.",)),
    Check(name="presence", title="Presence", run=check),
)
