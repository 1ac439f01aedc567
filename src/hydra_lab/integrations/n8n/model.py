"""What n8n tells, as it is on the wire: its public API, version 1."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hydra_lab.kernel.capabilities import Run, RunState, Workflow

STATES: dict[str, RunState] = {
    "success": "success", "error": "error", "crashed": "crashed", "canceled": "canceled", "running": "running",
    "waiting": "waiting", "new": "new",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A label that people put on a workflow."""

    name: str


@dataclass(frozen=True, kw_only=True)
class WireWorkflow:
    """One workflow."""

    id: str
    name: str
    active: bool
    nodes: tuple[dict[str, Any], ...]
    connections: dict[str, Any]
    settings: dict[str, Any] | None = None
    isArchived: bool = False  # noqa: N815
    updatedAt: datetime | None = None  # noqa: N815
    tags: tuple[Tag, ...] = ()

    @property
    def workflow(self) -> Workflow:
        """As the kernel has it."""
        return Workflow(
            id=self.id, name=self.name, active=self.active, archived=self.isArchived, nodes=self.nodes,
            connections=self.connections, settings=self.settings or {}, updated_at=self.updatedAt,
            tags=tuple(one.name for one in self.tags),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Workflows:
    """A page of workflows."""

    data: tuple[WireWorkflow, ...]
    nextCursor: str | None = None  # noqa: N815


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One run. Older versions tell only ``finished`` in place of ``status``."""

    id: int | str
    workflowId: int | str | None = None  # noqa: N815
    mode: str | None = None
    status: str | None = None
    finished: bool | None = None
    startedAt: datetime | None = None  # noqa: N815
    stoppedAt: datetime | None = None  # noqa: N815
    retryOf: int | str | None = None  # noqa: N815
    retrySuccessId: int | str | None = None  # noqa: N815
    data: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def run(self) -> Run:
        """As the kernel has it."""
        message, node = failure(self.data)
        by_end: RunState = "success" if self.finished else "error" if self.stoppedAt else "unknown"
        return Run(
            id=str(self.id), workflow=str(self.workflowId or ""), mode=self.mode,
            state=STATES.get(self.status or "", by_end), started_at=self.startedAt, ended_at=self.stoppedAt,
            retry_of=text(self.retryOf), retried_as=text(self.retrySuccessId), message=message, node=node,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Executions:
    """A page of runs."""

    data: tuple[Execution, ...]
    nextCursor: str | None = None  # noqa: N815


@dataclass(frozen=True, kw_only=True)
class Credential:
    """One credential, without what it holds."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """A page of credentials."""

    data: tuple[Credential, ...]
    nextCursor: str | None = None  # noqa: N815


def text(value: int | str | None) -> str | None:
    """An id as text; none is none."""
    return None if value in (None, "") else str(value)


def failure(data: dict[str, Any] | None) -> tuple[str | None, str | None]:
    """What went wrong in a run, and in which node; ``None`` for what its data does not tell."""
    result = (data or {}).get("resultData")
    found = result if isinstance(result, dict) else {}
    error = found.get("error")
    if not isinstance(error, dict):
        return None, found.get("lastNodeExecuted") if error else None
    message = error.get("message")
    more = error.get("description")
    said = f"{message}: {more}" if message and more and more != message else message or more
    node = error.get("node")
    name = node.get("name") if isinstance(node, dict) else None
    return (str(said)[:500] if said else None), name or found.get("lastNodeExecuted")
