"""Workflows, their robustness and what would make them more robust, as callers see them."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from hydra_lab.kernel.operation import Output

State = Literal["ok", "bad", "unknown"]


class Checked(Output):
    """One named check of a workflow."""

    name: str
    title: str
    state: State
    detail: str


class WorkflowView(Output):
    """A workflow, and how robust it is.

    ``score`` is the share of its checks that are well, of those whose outcome is known, from 0 to 100.
    """

    id: str
    name: str
    active: bool
    tags: tuple[str, ...]
    updated_at: AwareDatetime | None
    score: int | None
    checks: list[Checked]


class RunView(Output):
    """One run of a workflow."""

    id: str
    workflow: str
    name: str | None = Field(description="The workflow's name; unknown for one that is gone")
    state: str
    mode: str | None
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    retry_of: str | None
    retried_as: str | None
    message: str | None
    node: str | None


class Change(Output):
    """One thing that would be otherwise."""

    where: str = Field(description="`settings`, or the name of a node")
    field: str
    before: Any
    after: Any
    caution: str | None = None


class Proposal(Output):
    """What would make one workflow more robust."""

    id: str
    name: str
    changes: list[Change]
    left: list[str] = Field(description="What is not well and only a person can mend")


class Foreseen(Output):
    """What hardening would change."""

    workflows: list[Proposal]
    unchanged: int


class Hardened(Output):
    """A workflow after it was changed, and the snapshot to go back to."""

    id: str
    name: str
    snapshot: str
    changes: int


class Snapshot(Output):
    """A workflow as it was before Hydra changed it."""

    id: str
    workflow: str
    name: str
    at: AwareDatetime
    item: str | None
    restored_at: AwareDatetime | None
