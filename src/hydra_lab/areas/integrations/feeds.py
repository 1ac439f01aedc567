"""What integrations tell the rest of Hydra: which are lost, and how many are in which state."""

from collections import Counter

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Check, CheckResult, Fact


def answering(ctx: Context) -> CheckResult:
    """Whether every configured system answers, and what was set is usable."""
    states = [one for one in ctx.services.integrations.states() if one.configured]
    wrong = [one for one in ctx.services.integrations.states() if not one.configured and one.detail]
    lost = [*wrong, *(one for one in states if one.status.lost)]
    asked = [one for one in states if one.checked_at is not None]
    if lost:
        detail = "; ".join(f"{one.title}: {one.detail}" for one in lost)
        fix = f"See {' and '.join(f'/ui/integrations/{one.name}' for one in lost)}."
        return CheckResult(status="bad", detail=detail, fix=fix, data={"lost": [one.name for one in lost]})
    if len(asked) < len(states):
        return CheckResult(status="unknown", detail=f"{len(states) - len(asked)} have not been asked yet.")
    detail = f"All {len(states)} configured systems answer." if states else "No integration is configured."
    return CheckResult(status="ok", detail=detail)


def by_status(ctx: Context) -> dict[str, int]:
    """How many integrations are in each state."""
    return dict(Counter(one.status.value for one in ctx.services.integrations.states()))


CONTRIBUTIONS = (
    Check(name="integrations", title="Integrations", run=answering),
    Fact(name="integrations", measure=by_status),
)
