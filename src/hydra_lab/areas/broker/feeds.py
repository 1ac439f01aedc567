"""What the broker does by itself and tells others: looking into the ledger, and a check of the accounts."""

from hydra_lab.areas.broker.watching import keep_watching, look_at_once
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult
from hydra_lab.kernel.gpus import ledger


def check(ctx: Context) -> CheckResult:
    """Whether what servers say they hold is there, and every card's memory is known."""
    with ctx.read() as connection:
        found = ledger.books(connection, ctx.clock.now())
    if not found:
        return CheckResult(status="ok", detail="No graphics card is known.")
    missing = [f"{one.card.label} {one.missing_gib:.1f} GiB" for one in found if one.missing_gib]
    if missing:
        said = f"Servers say they hold more than is measured: {', '.join(missing)}."
        return CheckResult(status="warn", detail=said, fix="See whether node and cards of each server are set right.")
    unknown = [f"{one.card.label}: {one.why_unknown}" for one in found if one.why_unknown]
    if unknown:
        return CheckResult(status="unknown", detail="; ".join(unknown) + ".", fix="`hydra nodes list` says more.")
    free = sum(one.free_gib or 0.0 for one in found)
    return CheckResult(status="ok", detail=f"{free:.1f} GiB are free on {len(found)} cards.")


CONTRIBUTIONS = (
    Beat(name="gpus-watch", every_s=2.0, run=keep_watching),
    Beat(name="gpus-moved", every_s=3600.0, run=look_at_once, on=("integrations.configured", "models.")),
    Check(name="gpu-memory", title="GPU memory", run=check),
)
