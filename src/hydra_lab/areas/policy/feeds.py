"""What policy tells the rest of Hydra: that an edited file was taken up, and whether it can be read."""

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Check, CheckResult


def readable(ctx: Context) -> CheckResult:
    """Whether policy.yaml is in force as it stands."""
    problem = ctx.services.policy.problem
    if problem:
        fix = "Correct policy.yaml; it is taken up within a second. Until then the rules before it hold."
        return CheckResult(status="bad", detail=problem, fix=fix)
    rules = len(ctx.services.policy.rules())
    detail = f"{rules} of your own rules are in force." if rules else "The built-in rules are in force."
    return CheckResult(status="ok", detail=detail, data={"rules": rules})


def keep_current(ctx: Context) -> None:
    """Take up an edited policy.yaml, and go on working when a pause with an end is over."""
    ctx.services.policy.reload()
    if ctx.services.policy.end_lapsed_mode():
        ctx.services.work.wake()


CONTRIBUTIONS = (
    Check(name="policy", title="Policy", run=readable),
    Beat(name="policy.current", every_s=2.0, run=keep_current),
)
