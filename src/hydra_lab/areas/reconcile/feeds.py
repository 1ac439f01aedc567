"""What reconciling does by itself and tells others: watching, and a check."""

from hydra_lab.areas.reconcile import watching
from hydra_lab.areas.reconcile.acting.applying import plan_of
from hydra_lab.areas.reconcile.acting.sweeping import sweep
from hydra_lab.areas.reconcile.desired.keeping import desired_of, last
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult


def check(ctx: Context) -> CheckResult:
    """Whether everything is as it is wanted."""
    number = last(ctx)
    if not number:
        return CheckResult(status="ok", detail="No desired state is set.")
    plan = plan_of(ctx, desired_of(ctx, number), number)
    if plan.actions:
        return CheckResult(status="warn", detail=plan.summary, fix="`hydra reconcile plan` shows what it takes.")
    if plan.unknown:
        return CheckResult(status="unknown", detail=plan.summary, fix="`hydra reconcile plan` says why.")
    return CheckResult(status="ok", detail=f"Everything is as revision {number} wants it.")


CONTRIBUTIONS = (
    Beat(name="reconcile-watch", every_s=5.0, run=watching.look),
    Beat(name="reconcile-sweep", every_s=5.0, run=sweep, on=("items.cancelled", "items.failed", "containers.back")),
    Check(name="reconcile", title="Desired state", run=check),
)
