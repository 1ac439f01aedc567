"""Changing workflows with a snapshot to go back to, and repeating a run until it ends well."""

import time
from collections.abc import Sequence

from sqlalchemy import Connection

from hydra_lab.areas.n8n import store
from hydra_lab.areas.n8n.hardening import changes, content, hardened
from hydra_lab.areas.n8n.model import Hardened
from hydra_lab.areas.n8n.robustness import Known
from hydra_lab.kernel.capabilities import Run, Workflow, WorkflowHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, HydraError, Refused, TimedOut, Unavailable

POLL_S = 1.0
LONGEST_RUN_S = 1800.0


# Making workflows robust


def harden_all(ctx: Context, ids: Sequence[str], error_workflow: str | None, known: Known) -> list[Hardened]:
    """Change each workflow; one that fails is put back, and ends the work with what was done so far kept."""
    done = []
    for place, id in enumerate(ids):
        ctx.progress(place / len(ids), known.workflows[id].name)
        snapshot = ctx.transaction(f"snapshot of {id}", keep, ctx, known.workflows[id])
        done.append(ctx.step(f"change {id}", change, ctx, id, snapshot, error_workflow, known))
    return done


def keep(connection: Connection, ctx: Context, one: Workflow) -> str:
    """Keep a workflow as it is; the snapshot's id."""
    id = ctx.new_id()
    store.keep_snapshot(
        connection, id=id, workflow=one.id, name=one.name, at=ctx.services.clock.now(), item=ctx.item_id,
        content=content(one),
    )  # fmt: skip
    return id


def change(ctx: Context, id: str, snapshot: str, error_workflow: str | None, known: Known) -> Hardened:
    """Write a workflow with the changes, and see that n8n kept them. Raises ``Conflict`` if it is another by now."""
    host, before = ctx.capability(WorkflowHost), known.workflows[id]
    after, now = hardened(before, error_workflow, known), host.workflow(id)
    wanted = changes(before, after)
    if content(now) == content(before):
        write(host, before, after)
    elif not holds(now, after):
        raise Conflict(f"“{before.name}” was changed meanwhile.", fix="Look at the preview again.")
    with ctx.begin() as connection:
        ctx.emit(connection, "n8n.hardened", subject=before.name, data={
            "workflow": id, "snapshot": snapshot, "changes": [one.model_dump(mode="json") for one in wanted],
        })  # fmt: skip
    return Hardened(id=id, name=before.name, snapshot=snapshot, changes=len(wanted))


def write(host: WorkflowHost, before: Workflow, after: Workflow) -> None:
    """Write a workflow, and put it back where n8n did not keep what was written. Raises ``Refused``."""
    try:
        host.put(after)
        now = host.workflow(before.id)
    except HydraError:
        put_back(host, before)
        raise
    if not holds(now, after) or now.active != before.active:
        put_back(host, before)
        raise Refused(f"“{before.name}” was put back: n8n did not keep what was written.", fix="Change it in n8n.")


def holds(now: Workflow, after: Workflow) -> bool:
    """Whether a workflow holds what was written; what n8n adds to it does not matter."""
    same = [one.get("name") for one in now.nodes] == [one.get("name") for one in after.nodes]
    return same and now.connections == after.connections and not changes(now, after)


def put_back(host: WorkflowHost, before: Workflow) -> None:
    """Write a workflow as it was, and have it as active as it was."""
    now = host.put(before)
    if now.active != before.active:
        host.activate(before.id, before.active)


# Repeating a run


def rerun(ctx: Context, id: str) -> Run:
    """Repeat a failed run and wait for its end. Raises ``Unavailable``, after which it is tried again later."""
    ended = ctx.step("repeat and wait", repeated, ctx, id)
    name = ctx.step("look up its name", called, ctx, ended.workflow)
    with ctx.begin() as connection:
        data = {"run": id, "repeated_as": ended.id}
        ctx.emit(connection, "n8n.run_recovered", subject=name, data={**data, "workflow": ended.workflow})
    return ended


def called(ctx: Context, id: str) -> str:
    """What a workflow is called; its id where n8n does not say."""
    try:
        return ctx.capability(WorkflowHost).workflow(id).name
    except HydraError:
        return id


def repeated(ctx: Context, id: str) -> Run:
    """The repetition of a run, when it has ended well."""
    host = ctx.capability(WorkflowHost)
    first = host.run(id)
    if first.state not in ("error", "crashed"):
        raise Conflict(f"The run {id} did not fail: it is {first.state}.", fix="Only a failed run can be repeated.")
    again = first.retried_as or going_on(host, first) or host.retry(id)
    ctx.progress(None, f"run {again} goes on")
    ended = wait(ctx, again)
    if ended.state != "success":
        where = f" at “{ended.node}”" if ended.node else ""
        raise Unavailable(
            f"It failed again{where}: {(ended.message or ended.state).rstrip('.')}.", run=ended.id,
            fix="See the run in n8n; it is tried again later, each time after a longer pause.",
        )  # fmt: skip
    return ended


def going_on(host: WorkflowHost, first: Run) -> str | None:
    """The run that repeats this one already, by whomever it was begun; ``None`` if there is none."""
    for one in host.runs(workflow=first.workflow, limit=100):
        if one.retry_of == first.id and (one.state == "success" or not one.is_over):
            return one.id
    return None


def wait(ctx: Context, id: str) -> Run:
    """The run when it is over. Raises ``TimedOut``."""
    host, ends = ctx.capability(WorkflowHost), time.monotonic() + LONGEST_RUN_S
    while time.monotonic() < ends:
        ctx.check_cancelled()
        now = host.run(id)
        if now.is_over:
            return now
        time.sleep(POLL_S)
    raise TimedOut(f"The run {id} goes on after {LONGEST_RUN_S / 60:.0f} minutes.", fix="See the run in n8n.")
