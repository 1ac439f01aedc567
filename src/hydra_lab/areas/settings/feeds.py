"""What settings tell the rest of Hydra: names in the environment that mean nothing, values that are not in force."""

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Check, CheckResult


def understood(ctx: Context) -> CheckResult:
    """Whether everything that was set is in force."""
    store = ctx.services.settings
    ignored = [one.name for one in store.listed() if one.ignored is not None]
    unknown = store.layers.unknown
    if unknown:
        detail = f"{', '.join(unknown)} in the environment means nothing to Hydra."
        return CheckResult(status="warn", detail=detail, fix="Correct the name; `hydra settings show` lists them.")
    if ignored:
        detail = f"What was set here for {', '.join(ignored)} is not in force."
        fix = "The environment or hydra.toml sets it, or it no longer fits: set it again or take it back."
        return CheckResult(status="warn", detail=detail, fix=fix)
    return CheckResult(status="ok", detail="Everything that was set is in force.")


CONTRIBUTIONS = (Check(name="settings", title="Settings", run=understood),)
