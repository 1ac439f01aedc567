"""Failed runs become work: each is repeated later, more patiently than n8n does, and never by two at once."""

from datetime import timedelta

from hydra_lab.areas.n8n import nodes, store
from hydra_lab.kernel.capabilities import Run, Workflow, WorkflowHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat
from hydra_lab.kernel.errors import HydraError, NotFound
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.work import NewItem

NEED = "workflow_host"
RERUN = "n8n.rerun"
EVERY_S = 30.0
FIRST_WAIT = timedelta(minutes=1)
MOST_WAITING = 20
LOOKED_AT = 100
# Runs that a person began, that follow from another's failure, or that repeat a run already.
NOT_REPEATED = ("manual", "error", "retry", "cli", "evaluation")
NO_RETRY = "hydra-no-retry"
WATCHER = Actor(kind=ActorKind.SCHEDULE, name="n8n", scopes=frozenset({"read", "write"}))


def look(ctx: Context) -> None:
    """Find the runs that failed since the last look, journal each, and queue its repetition."""
    if not ctx.services.integrations.configured(NEED):
        return
    try:
        host = ctx.capability(WorkflowHost)
        failed = host.runs(state="error", limit=LOOKED_AT)
        with ctx.read() as connection:
            before = store.place(connection)
        newest = max((number(one) for one in failed), default=0)
        fresh = sorted((one for one in failed if before is not None and number(one) > before), key=number)
        told = [(host.run(one.id), flow(host, one.workflow)) for one in fresh]
    except HydraError:
        return  # that it is lost is journaled and shown by its integration; the next look begins where this one did
    if before is not None and not told:
        return
    with ctx.begin() as connection:
        if not store.move(connection, before, max(newest, before or 0)):
            return
        waiting = store.waiting_reruns(connection, RERUN)
        for run, workflow in told:
            name = workflow.name if workflow else run.workflow
            why_not = refusal(run, workflow) or ("too many wait already" if waiting >= MOST_WAITING else None)
            event = ctx.emit(connection, "n8n.run_failed", subject=name, data={
                "run": run.id, "workflow": run.workflow, "mode": run.mode, "node": run.node,
                "message": run.message and ctx.services.scrubber.text(run.message), "not_repeated": why_not,
            })  # fmt: skip
            if why_not is None and workflow is not None:
                waiting += 1
                ctx.services.work.insert(connection, [rerun(ctx, run, workflow, event)])
    ctx.services.work.wake()


def number(run: Run) -> int:
    """A run's id as a number, which grows with each run."""
    return int(run.id) if run.id.isdigit() else 0


def flow(host: WorkflowHost, id: str) -> Workflow | None:
    """A workflow; ``None`` for one that is gone."""
    try:
        return host.workflow(id)
    except NotFound:
        return None


def refusal(run: Run, workflow: Workflow | None) -> str | None:
    """Why a failed run is not repeated; ``None`` when it is."""
    if workflow is None:
        return "its workflow is gone"
    if run.mode in NOT_REPEATED:
        return f"it was begun as “{run.mode}”"
    if NO_RETRY in workflow.tags:
        return f"its workflow is tagged {NO_RETRY}"
    if run.retried_as:
        return f"it was repeated already, as {run.retried_as}"
    return None


def rerun(ctx: Context, run: Run, workflow: Workflow, cause: int) -> NewItem:
    """The work that repeats a run; a person is asked first where a second try could do a thing twice."""
    node = next((one for one in workflow.nodes if one.get("name") == run.node), None)
    doubles = node is None or nodes.may_double(node)
    where = f"“{run.node}”" if run.node else "the node that failed"
    return NewItem(
        actor=WATCHER, operation=RERUN, input={"id": run.id}, title=f"Run {workflow.name} again", cause=cause,
        key=f"n8n-rerun:{run.id}", not_before=ctx.clock.now() + FIRST_WAIT,
        ask_first=f"{where} may have done its work before it failed, and would do it again" if doubles else None,
    )  # fmt: skip


BEATS = (Beat(name="n8n-failures", every_s=EVERY_S, run=look, on=("integrations.configured", "integrations.back")),)
