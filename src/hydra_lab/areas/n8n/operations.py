"""See how robust the workflows of n8n are, make them more so, and repeat runs that failed."""

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from pydantic import Field

from hydra_lab.areas.n8n import store, work
from hydra_lab.areas.n8n.failures import LOOKED_AT, NEED
from hydra_lab.areas.n8n.hardening import content, digest, foreseen, told
from hydra_lab.areas.n8n.model import Foreseen, Hardened, RunView, Snapshot, WorkflowView
from hydra_lab.areas.n8n.robustness import Known, handles_errors, judged
from hydra_lab.kernel.capabilities import Run, Workflow, WorkflowHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation
from hydra_lab.kernel.policy.preview import Part, Preview

NEEDS = (NEED,)
Id = Field(max_length=64, pattern=r"^[0-9A-Za-z_-]+$")


class WorkflowId(Input):
    """One workflow."""

    id: str = Id


class Wanted(Input):
    """Which workflows are to be hardened, and what is to run when one fails."""

    workflows: list[str] | None = Field(
        default=None, max_length=500, description="Their ids; all active ones if left out"
    )
    error_workflow: str | None = Field(
        default=None,
        max_length=64,
        description="The id of a workflow with an error trigger; left out, the only one there is",
    )


class RunsWanted(Input):
    """Which runs."""

    state: Literal["success", "error", "running"] | None = Field(default="error")
    workflow: str | None = Field(default=None, max_length=64)
    limit: int = Field(default=50, ge=1, le=250)


class RunId(Input):
    """One run."""

    id: str = Id


class SnapshotsWanted(Input):
    """Whose snapshots."""

    workflow: str | None = Field(default=None, max_length=64)


class SnapshotId(Input):
    """One snapshot."""

    id: str = Id


class Workflows(Output):
    """Workflows, the least robust first; archived ones are left out."""

    workflows: list[WorkflowView]


class Runs(Output):
    """Runs, newest first."""

    runs: list[RunView]


class Snapshots(Output):
    """Snapshots, newest first."""

    snapshots: list[Snapshot]


class Outcome(Output):
    """The workflows that were changed."""

    workflows: list[Hardened]


def look(ctx: Context) -> Known:
    """What n8n has: workflows, their last runs, credentials."""
    host = ctx.capability(WorkflowHost)
    found = [one for one in host.workflows() if not one.archived]
    runs: dict[str, list[Run]] = {one.id: [] for one in found}
    for run in host.runs(limit=250):
        runs.setdefault(run.workflow, []).append(run)
    return Known(workflows={one.id: one for one in found}, runs=runs, credentials=host.credentials())


def chosen(known: Known, input: Wanted) -> tuple[list[Workflow], str | None]:
    """The workflows that are meant, and what is to run when one fails. Raises ``NotFound`` and ``Invalid``."""
    for id in [*(input.workflows or ()), *filter(None, [input.error_workflow])]:
        if id not in known.workflows:
            raise NotFound(f"n8n has no workflow “{id}”.", fix="`hydra n8n workflows` shows those it has.")
    handlers = [one.id for one in known.workflows.values() if handles_errors(one)]
    if input.error_workflow and input.error_workflow not in handlers:
        problem = [{"field": "error_workflow", "problem": "has no error trigger"}]
        raise Invalid("That workflow has no error trigger.", problems=problem, fix="Add an Error Trigger node to it.")
    wanted = (
        input.workflows if input.workflows is not None else [one.id for one in known.workflows.values() if one.active]
    )
    error_workflow = input.error_workflow or (handlers[0] if len(handlers) == 1 else None)
    return [known.workflows[id] for id in dict.fromkeys(wanted)], error_workflow


@operation("n8n.workflows", effect=Effect.READ, path="GET /n8n/workflows", needs=NEEDS)
def workflows(ctx: Context) -> Workflows:
    """Show the workflows and how robust each is, the least robust first."""
    known = look(ctx)
    found = [judged(one, known) for one in known.workflows.values()]
    return Workflows(
        workflows=sorted(found, key=lambda one: (not one.active, one.score if one.score is not None else 101))
    )


@operation("n8n.workflow", effect=Effect.READ, path="GET /n8n/workflows/{id}", needs=NEEDS, subject="id")
def workflow(ctx: Context, input: WorkflowId) -> WorkflowView:
    """Show how robust one workflow is, check by check."""
    known = look(ctx)
    if input.id not in known.workflows:
        raise NotFound(f"n8n has no workflow “{input.id}”.", fix="`hydra n8n workflows` shows those it has.")
    return judged(known.workflows[input.id], known)


class Plan(Output):
    """What is to be changed, and what it was made from."""

    known: Known
    wanted: list[str]
    error_workflow: str | None
    foreseen: Foreseen

    @property
    def preview(self) -> Preview:
        """The changes to each workflow; the workflows themselves are bound as they were then."""
        found = self.foreseen.workflows
        return Preview(
            summary=f"{len(found)} {'workflow' if len(found) == 1 else 'workflows'} of n8n would be changed.",
            parts=tuple(Part(title=one.name, lines=tuple(told(change) for change in one.changes)) for one in found),
            binds=tuple(digest(self.known.workflows[one.id]) for one in found),
        )


def planned(ctx: Context, input: Wanted) -> Plan:
    """What hardening would change as n8n is now."""
    known = look(ctx)
    wanted, error_workflow = chosen(known, input)
    found = foreseen(wanted, error_workflow, known)
    return Plan(known=known, wanted=[one.id for one in found.workflows], error_workflow=error_workflow, foreseen=found)


@operation("n8n.preview", effect=Effect.READ, path="POST /n8n/harden/preview", needs=NEEDS)
def preview(ctx: Context, input: Wanted) -> Foreseen:
    """Show what hardening would change in each workflow, and what only a person can mend. Nothing is changed."""
    return planned(ctx, input).foreseen


@operation("n8n.harden", effect=Effect.DANGER, path="POST /n8n/harden", needs=NEEDS, shows=True,
           durable=Durable(attempts=3, timeout=timedelta(hours=1)))  # fmt: skip
def harden(ctx: Context, input: Wanted) -> Outcome:
    """Give workflows an error workflow, a time-out and retries, after showing what changes; each can be put back.

    Just what a person saw is changed; workflows that change before they answer are asked about anew.
    """
    if not ctx.step("compare", planned, ctx, input).wanted:
        return Outcome(workflows=[])
    plan = ctx.agreed("look", planned, ctx, input)
    return Outcome(workflows=work.harden_all(ctx, plan.wanted, plan.error_workflow, plan.known))


@operation("n8n.snapshots", effect=Effect.READ, path="GET /n8n/snapshots")
def snapshots(ctx: Context, input: SnapshotsWanted) -> Snapshots:
    """Show the workflows as they were kept before each change."""
    with ctx.read() as connection:
        return Snapshots(snapshots=store.kept(connection, workflow=input.workflow))


@operation("n8n.restore", effect=Effect.WRITE, path="POST /n8n/snapshots/{id}/restore", needs=NEEDS, subject="id",
           durable=Durable(attempts=3))  # fmt: skip
def restore(ctx: Context, input: SnapshotId) -> WorkflowView:
    """Write a workflow back as it was before Hydra changed it; how it is now is kept first."""
    with ctx.read() as connection:
        found = store.snapshot(connection, input.id)
    if found is None:
        raise NotFound(f"There is no snapshot “{input.id}”.", fix="`hydra n8n snapshots` shows those there are.")
    kept, was = found
    host = ctx.capability(WorkflowHost)
    now = ctx.step("look", host.workflow, kept.workflow)
    ctx.transaction("snapshot", work.keep, ctx, now)
    ctx.step("write", put_back, ctx, kept, was, now)
    return judged(host.workflow(kept.workflow), look(ctx))


def put_back(ctx: Context, kept: Snapshot, was: dict[str, object], now: Workflow) -> None:
    """Write a snapshot's content."""
    host = ctx.capability(WorkflowHost)
    if content(host.workflow(now.id)) != was:
        work.write(host, now, replace(now, **was))  # type: ignore[arg-type]
    with ctx.begin() as connection:
        store.note_restored(connection, kept.id, ctx.services.clock.now())
        ctx.emit(connection, "n8n.restored", subject=kept.name, data={"workflow": kept.workflow, "snapshot": kept.id})


@operation("n8n.runs", effect=Effect.READ, path="GET /n8n/runs", needs=NEEDS)
def runs(ctx: Context, input: RunsWanted) -> Runs:
    """Show runs of workflows, those that failed unless asked for others."""
    host = ctx.capability(WorkflowHost)
    names = {one.id: one.name for one in host.workflows()}
    found = host.runs(workflow=input.workflow, state=input.state, limit=min(input.limit, LOOKED_AT))
    return Runs(runs=[view(one, names.get(one.workflow)) for one in found])


@operation("n8n.rerun", effect=Effect.WRITE, path="POST /n8n/runs/{id}/rerun", needs=NEEDS, subject="id",
           durable=Durable(attempts=6, timeout=timedelta(hours=1), backoff=timedelta(minutes=1)))  # fmt: skip
def rerun(ctx: Context, input: RunId) -> RunView:
    """Repeat a failed run from where it failed, and again after ever longer pauses until it ends well."""
    return view(work.rerun(ctx, input.id), None)


def view(one: Run, name: str | None) -> RunView:
    """A run as callers see it."""
    return RunView(
        id=one.id, workflow=one.workflow, name=name, state=one.state, mode=one.mode, started_at=one.started_at,
        ended_at=one.ended_at, retry_of=one.retry_of, retried_as=one.retried_as, message=one.message, node=one.node,
    )  # fmt: skip
