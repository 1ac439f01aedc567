"""The page of n8n: how robust each workflow is, what would make it more so, and the runs that failed."""

from typing import Any

from hydra_lab.areas.n8n.failures import NEED
from hydra_lab.areas.n8n.model import RunView, WorkflowView
from hydra_lab.areas.n8n.operations import Snapshots
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Busy, Denied, NotConfigured, Refused, Unavailable
from hydra_lab.kernel.integrations.soon import soon_from

AWAY = (Unavailable, Busy, Denied, Refused)
LOOKS = {"ok": ("ok", "circle-check"), "bad": ("bad", "circle-x"), "unknown": ("off", "circle-dashed")}
GOOD, FAIR = 90, 60
RUNS = 20
LOOKED_AT = 100
SHOWN = 10


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Workflows, the least robust first, runs that failed, and what was changed."""
    told: dict[str, Any] = {"missing": None, "problem": None, "active": [], "idle": [], "failed": []}
    try:
        found, failed = soon_from(ctx, NEED, lambda: looked(ctx))
        told["failed"] = [one for one in failed if one.retry_of is None][:RUNS]
    except NotConfigured as error:
        told["missing"] = error
    except AWAY as error:
        told["problem"] = error
    else:
        told["active"] = [row(one) for one in found if one.active]
        told["idle"] = [row(one) for one in found if not one.active]
    kept: Snapshots = ctx.call("n8n.snapshots")
    return told | {"snapshots": kept.snapshots[:SHOWN]}


def looked(ctx: Context) -> tuple[list[WorkflowView], list[RunView]]:
    """The workflows, and the runs that failed lately."""
    found: list[WorkflowView] = ctx.call("n8n.workflows").workflows
    failed: list[RunView] = ctx.call("n8n.runs", state="error", limit=LOOKED_AT).runs
    return found, failed


def row(one: WorkflowView) -> dict[str, Any]:
    """A workflow, how its score looks, and its checks, the bad ones first."""
    score = one.score
    look = "off" if score is None else "ok" if score >= GOOD else "warn" if score >= FAIR else "bad"
    checks = sorted(one.checks, key=lambda each: ("bad", "unknown", "ok").index(each.state))
    return {"one": one, "look": look, "checks": [(each, LOOKS[each.state]) for each in checks]}


PAGES = (
    Page(path="/n8n", title="n8n", template="list.html", load=load, nav=("Lab", 60, "waypoints", "n8n")),
)  # fmt: skip
