"""Push git, apply compose files and switch NixOS: each shows what it would do and always asks."""

from datetime import timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from hydra_lab.areas.changes import compose, git, nixos
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Input, operation

LONG = Durable(attempts=3, timeout=timedelta(hours=3))
FOLDER = r"^/[^\x00-\x1f\x7f]*$"
NODE = Field(default=None, max_length=64, description="The node it is on; the machine that Hydra runs on if left out")


class ToPush(Input):
    """Which branch, and where to."""

    folder: str = Field(max_length=500, pattern=FOLDER, description="The repository's folder")
    remote: str = Field(default="origin", max_length=100, description="The name of a remote of it")
    branch: str | None = Field(default=None, max_length=200, description="Default: the one that is checked out")
    node: str | None = NODE


class ToApply(Input):
    """Which compose files."""

    folder: str = Field(max_length=500, pattern=FOLDER, description="The project's folder")
    files: list[str] = Field(
        default=["compose.yaml"], min_length=1, max_length=10, description="Its files, in order, below the folder"
    )
    project: str | None = Field(
        default=None, pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="Its name; default: the folder's"
    )
    wait_s: float = Field(default=120, ge=1, le=1800, description="Seconds until everything must be well")
    node: str | None = NODE


class ToSwitch(Input):
    """Which machine, and from what."""

    node: str | None = NODE
    flake: str | None = Field(default=None, max_length=300, description="A flake, such as `/etc/nixos#lab`")


@operation("git.push", effect=Effect.DANGER, floor="pushes git", subject="folder", durable=LONG, shows=True)
def push(ctx: Context, input: ToPush) -> git.Pushed:
    """Push a branch, after showing its commits and its diff; never by force.

    A person sees what would leave the lab; just that is pushed, and read back from the remote. What changes before they
    answer is asked anew. A branch that has moved on over there is left alone.
    """
    at = (input.node, input.folder, input.remote)
    found = ctx.step("compare", git.look, ctx, *at, input.branch)
    if found.base == found.tip:
        return pushed(found, f"{found.url} has all of {found.branch} already.", 0)
    agreed = ctx.agreed("look", git.look, ctx, *at, input.branch)
    ctx.step("push", git.push, ctx, *at, agreed)
    ctx.step("verify", git.verify, ctx, *at, agreed)
    count = len(agreed.commits)
    data = {"branch": agreed.branch, "to": agreed.url, "before": agreed.base, "after": agreed.tip}
    ctx.transaction("note", note, ctx, "changes.pushed", input.folder, data)
    return pushed(
        agreed, f"Pushed {count} {'commit' if count == 1 else 'commits'} of {agreed.branch} to {agreed.url}.", count
    )


def pushed(found: git.Outgoing, summary: str, commits: int) -> git.Pushed:
    """What became of a push."""
    return git.Pushed(
        summary=summary, branch=found.branch, url=found.url, before=found.base, after=found.tip, commits=commits
    )


@operation("compose.apply", effect=Effect.DANGER, floor="changes production compose", subject="folder", durable=LONG,
           shows=True)  # fmt: skip
def apply(ctx: Context, input: ToApply) -> compose.Applied:
    """Apply compose files, after showing what changes and what restarts.

    Just the configuration that a person saw is brought up; what changes before they answer is asked anew. Every service
    must then be well; otherwise what Hydra applied before is brought up again.
    """
    at = (input.node, input.folder, input.files)
    agreed = ctx.agreed("look", compose.look, ctx, *at, input.project)
    done = ctx.step("apply", compose.apply, ctx, *at, agreed, input.wait_s)
    data = {"project": done.project, "services": agreed.busy, "node": input.node}
    ctx.transaction("note", note, ctx, "changes.applied", input.folder, data)
    return done


@operation("nixos.switch", effect=Effect.DANGER, floor="changes host configuration", subject="node", durable=LONG,
           shows=True)  # fmt: skip
def switch(ctx: Context, input: ToSwitch) -> nixos.Switched:
    """Switch a machine to its new NixOS configuration, after showing what would be built.

    What `nixos-rebuild dry-build` says must be the same when a person has answered; otherwise it is asked anew. Units
    that fail after the switch and did not before have it go back.
    """
    agreed = ctx.agreed("look", nixos.look, ctx, input.node, input.flake)
    problem = ctx.step("switch", nixos.switch, ctx, input.node, input.flake)
    done = ctx.step("verify", nixos.verify, ctx, input.node, agreed, problem)
    data = {"before": done.before, "after": done.after}
    ctx.transaction("note", note, ctx, "changes.switched", input.node, data)
    return done


def note(connection: Connection, ctx: Context, name: str, subject: str | None, data: dict[str, Any]) -> None:
    """Journal a change that was made and verified."""
    ctx.emit(connection, name, subject=subject, data=data)
