"""The pages of the desired state: what is not so, what that takes, what was wanted and done; and editing it."""

from typing import Any

from hydra_lab.areas.reconcile.acting.applying import WATCHER
from hydra_lab.areas.reconcile.model import Action
from hydra_lab.areas.reconcile.operations import History, Shown
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotFound
from hydra_lab.kernel.policy.model import Verdict

LAST = 8
AS_WATCHER = f"{WATCHER.kind.value}:{WATCHER.name}"
ICONS = {"container": "container", "silence": "bell", "schedule": "calendar-clock", "workflow": "waypoints",
         "model": "brain"}  # fmt: skip
LOOKS = {"done": ("ok", "circle-check"), "rolled back": ("warn", "history"), "failed": ("bad", "circle-x"),
         "not tried": ("off", "circle-dashed"), "waits": ("held", "clock"), "in part": ("held", "clock"),
         "refused": ("off", "shield-x")}  # fmt: skip
START = """\
# What is to be so. What is left out stays as it is.
containers:
  web:
    image: nginx:1.27
    restart_policy: unless-stopped
"""


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The plan as things are now, watching, and what there was."""
    history: History = ctx.call("reconcile.history", limit=LAST)
    told: dict[str, Any] = {
        "missing": not history.revisions, "history": history, "icons": ICONS, "looks": LOOKS, "by": by, "plan": None,
        "can_import": bool(ctx.services.integrations.configured("container_host")),
    }  # fmt: skip
    if history.revisions:
        plan = ctx.call("reconcile.plan")
        shown: Shown = ctx.call("reconcile.desired")
        told |= {
            "plan": plan, "rows": [(one, asked(one)) for one in plan.actions], "document": shown.document,
            "watch": ctx.call("reconcile.watch"), "asks": plan.floor,
            "tried": any("--again" in (one.why_not or "") for one in plan.actions),
        }  # fmt: skip
    return told


def by(author: str) -> str:
    """Who it was, by name."""
    return "watching" if author == AS_WATCHER else author.partition(":")[2]


def asked(one: Action) -> tuple[str, str]:
    """What is said of policy beside an action, and how that looks."""
    if one.why_not:
        return "not done", "off"
    match one.policy.verdict if one.policy else None:
        case Verdict.ASK:
            return "asks first", "held"
        case Verdict.DENY:
            return "policy says no", "bad"
        case _:
            return "may be done", "ok"


def load_edit(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The desired state as a document, or a draft of what there is, to be changed."""
    shown: Shown = ctx.call("reconcile.desired")
    number = shown.revision.number if shown.revision else 0
    text, problem = shown.document if shown.revision else START, None
    if "draft" in request.query:
        try:
            text = ctx.call("reconcile.draft").document
        except HydraError as error:
            problem = error
    return {"title": "Edit the desired state", "text": text, "number": number, "problem": problem, "icons": ICONS}


def load_revision(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One revision: what it said, and how it differed."""
    given = request.path["number"]
    if not given.isdecimal() or len(given) > 9:
        raise NotFound(f"There is no revision {given[:20]}.", fix="The page of the desired state lists them.")
    number = int(given)
    shown: Shown = ctx.call("reconcile.desired", revision=number)
    return {"title": f"Revision {number}", "shown": shown, "number": number, "by": by}


PAGES = (
    Page(
        path="/reconcile", title="Desired state", template="list.html", load=load,
        nav=("Lab", 40, "file-text", "Desired state"),
    ),
    Page(path="/reconcile/edit", title="Edit the desired state", template="edit.html", load=load_edit),
    Page(path="/reconcile/revisions/{number}", title="Revision", template="revision.html", load=load_revision),
)  # fmt: skip
