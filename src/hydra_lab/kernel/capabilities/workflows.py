"""Workflows of an automation server as areas know them: what they are made of, their runs, changing and rerunning."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

RunState = Literal["success", "error", "crashed", "canceled", "running", "waiting", "new", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """One workflow. ``nodes``, ``connections`` and ``settings`` are as the server writes them."""

    id: str
    name: str
    active: bool
    archived: bool = False
    nodes: tuple[dict[str, Any], ...] = ()
    connections: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    updated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a workflow. ``mode`` is what began it: ``trigger``, ``webhook``, ``manual``, ``retry``, ``error``, …

    ``retry_of`` is the run that it repeats, ``retried_as`` the one that repeated it well. ``message`` and ``node`` say
    what went wrong and where, as far as the run was kept with its data.
    """

    id: str
    workflow: str
    state: RunState
    mode: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    retry_of: str | None = None
    retried_as: str | None = None
    message: str | None = None
    node: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state not in ("running", "waiting", "new", "unknown")


@runtime_checkable
class WorkflowHost(Protocol):
    """Keeps and runs workflows. One it does not know raises ``NotFound``."""

    def workflows(self) -> Sequence[Workflow]:
        """Every workflow, by name, those that are archived too."""

    def workflow(self, id: str) -> Workflow:
        """One workflow as it is now."""

    def put(self, workflow: Workflow) -> Workflow:
        """Write a workflow's name, nodes, connections and settings; whether it is active stays. Raises ``Invalid``."""

    def activate(self, id: str, active: bool) -> Workflow:
        """Have a workflow wait for its triggers, or not. Raises ``Invalid`` for one that cannot."""

    def credentials(self) -> frozenset[str] | None:
        """The ids of the credentials that exist; ``None`` where the server does not tell."""

    def runs(
        self, *, workflow: str | None = None, state: Literal["success", "error", "running"] | None = None,
        limit: int = 50,
    ) -> Sequence[Run]:  # fmt: skip
        """Runs, newest first, without what went wrong in them."""

    def run(self, id: str) -> Run:
        """One run, with what went wrong in it."""

    def retry(self, id: str) -> str:
        """Repeat a failed run from where it failed, by the workflow as it is now; the id of the new run.

        Raises ``Conflict`` for a run that did not fail.
        """
