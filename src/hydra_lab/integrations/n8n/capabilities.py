"""n8n as a keeper and runner of workflows."""

from dataclasses import replace
from typing import Any, Literal

from hydra_lab.integrations.n8n.client import N8nClient
from hydra_lab.integrations.n8n.settings import N8nSettings
from hydra_lab.kernel.capabilities import Run, Workflow
from hydra_lab.kernel.http import HttpClient


class N8nWorkflows:
    """Keeps and runs workflows."""

    def __init__(self, settings: N8nSettings, http: HttpClient) -> None:
        self._client = N8nClient(settings, http)

    def workflows(self) -> list[Workflow]:
        """Every workflow, by name."""
        return sorted((one.workflow for one in self._client.workflows()), key=lambda one: (one.name.lower(), one.id))

    def workflow(self, id: str) -> Workflow:
        """One of them."""
        return self._client.workflow(id).workflow

    def put(self, workflow: Workflow) -> Workflow:
        """Write it."""
        body = {
            "name": workflow.name, "nodes": list(workflow.nodes), "connections": workflow.connections,
            "settings": workflow.settings,
        }  # fmt: skip
        return self._client.put(workflow.id, body).workflow

    def activate(self, id: str, active: bool) -> Workflow:
        """Switch it on or off."""
        return self._client.activate(id, active).workflow

    def credentials(self) -> frozenset[str] | None:
        """The ids of the credentials that exist."""
        return self._client.credentials()

    def runs(
        self, *, workflow: str | None = None, state: Literal["success", "error", "running"] | None = None,
        limit: int = 50,
    ) -> list[Run]:  # fmt: skip
        """Runs, newest first."""
        wanted: dict[str, Any] = {"limit": min(limit, 250)}
        wanted |= {name: value for name, value in (("workflowId", workflow), ("status", state)) if value}
        return [
            replace(one.run, workflow=one.run.workflow or workflow or "") for one in self._client.executions(wanted)
        ]

    def run(self, id: str) -> Run:
        """One run."""
        return self._client.execution(id).run

    def retry(self, id: str) -> str:
        """Repeat a run that failed."""
        return str(self._client.retry(id).id)
