"""Making a container anew because somebody asked for it."""

from hydra_lab.areas.containers.heal.rungs import replaced
from hydra_lab.areas.containers.model import view
from hydra_lab.areas.containers.muting import quiet
from hydra_lab.areas.containers.work import STEADY_S, Acted, look, mute_by, reported
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict


def recreate(ctx: Context, id: str) -> Acted:
    """Do it, and wait until the new one is well; else the old one is as it was. Raises ``Conflict`` then."""
    begun = ctx.clock.now()
    before = ctx.step("look", look, ctx, id)
    with quiet(ctx, [before], f"Hydra makes {before.name} anew.", mute_by(ctx)) as lease:
        came = replaced(ctx, before.name, round(STEADY_S), "recreate", None)
    muted = ctx.step("what was muted", reported, lease)
    if isinstance(came, str) or not came.well:
        why = came if isinstance(came, str) else came.detail
        raise Conflict(f"{before.name} is the old one again: {why}.", fix=f"See `hydra containers logs {before.name}`.")
    after = ctx.step("look after", look, ctx, before.name)
    took_s = round((ctx.clock.now() - begun).total_seconds(), 1)
    return Acted(container=view(after), outcome=came.detail, took_s=took_s, muted=muted)
