"""What models do by themselves and tell others: looking again and again, a tile and a check."""

from hydra_lab.areas.models import store
from hydra_lab.areas.models.looking import EVERY_S, keep_looking, look_at_once
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult, Listening, Measured, Sources, Tile


def check(ctx: Context) -> CheckResult:
    """Whether every model server answers."""
    if not ctx.services.integrations.configured("model_backend"):
        return CheckResult(status="ok", detail="No model server is connected.")
    with ctx.read() as connection:
        seen = list(store.all_seen(connection).values())
    if not seen:
        return CheckResult(status="unknown", detail="No model server has been looked at yet.", fix="Wait a moment.")
    lost = [one.title for one in seen if not one.there]
    if lost:
        return CheckResult(
            status="warn", detail=f"Not answering: {', '.join(lost)}.", fix="`hydra models status` says more."
        )
    return CheckResult(status="ok", detail=f"{len(seen)} of {len(seen)} model servers answer.")


def tile(ctx: Context) -> Measured | None:
    """What is loaded; a server that is lost is named, and what it held left out."""
    if not ctx.services.integrations.configured("model_backend"):
        return None
    with ctx.read() as connection:
        seen = list(store.all_seen(connection).values())
    if not seen:
        return None
    lost = [one.title for one in seen if not one.there]
    names = sorted({name for one in seen if one.there for name in one.names})
    untold = all(one.loaded is None for one in seen)
    words = [f"{', '.join(lost[:2])} lost"] if lost else []
    words += [", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")] if names else []
    return Measured(
        value="Unknown" if untold else f"{len(names)} loaded",
        of="" if untold else f"of {sum(len(one.models) for one in seen)}",
        text="; ".join(words) or ("They do not tell what is loaded." if untold else "Nothing is in memory."),
        s="bad" if lost else "unknown" if untold else "ok",
        at=min((one.looked_at for one in seen if one.looked_at and one.there), default=None),
    )  # fmt: skip


def sources(ctx: Context) -> list[Listening]:
    """Every model server."""
    with ctx.read() as connection:
        seen = store.all_seen(connection).values()
    return [
        Listening(
            name=one.title, topics=("models",), how=f"asked every {EVERY_S:.0f} s", state=one.state,
            heard_at=one.looked_at, lost_at=one.since if one.state == "lost" else None, detail=one.detail,
        )
        for one in seen
    ]  # fmt: skip


CONTRIBUTIONS = (
    Tile(name="models", title="Models", icon="brain", path="/models", measure=tile),
    Sources(name="models", find=sources),
    Beat(name="models-look", every_s=2.0, run=keep_looking),
    Beat(name="models-changed", every_s=3600.0, run=look_at_once, on=("integrations.configured",)),
    Check(name="models", title="Models", run=check),
)
