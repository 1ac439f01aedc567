"""A stand-in for n8n that holds to what its public API was seen to do (2.8.4), and runs workflows as a test says."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tests.integrations.faults import Asked, Fault, Reply, StandIn

KEY = "n8n-api-key-7c1d9e5a20"
SETTINGS = {"executionTimeout", "errorWorkflow", "timezone", "executionOrder", "callerPolicy", "availableInMCP"}
WRITTEN = {"name", "nodes", "connections", "settings", "staticData"}


class N8n(StandIn):
    """Workflows and runs in memory. ``repairs`` says whether a repeated run ends well; ``forgetful`` drops retries."""

    def __init__(self, fault: Fault | None = None) -> None:
        super().__init__(self.reply, fault)
        self.workflows: dict[str, dict[str, Any]] = {}
        self.runs: list[dict[str, Any]] = []
        self.repairs = True
        self.forgetful = False
        self.most = 100
        self.lists_credentials = True

    def add(self, id: str, name: str, *nodes: dict[str, Any], active: bool = True, **more: Any) -> None:
        """A workflow whose nodes follow each other."""
        names = [one["name"] for one in nodes]
        links = {a: {"main": [[{"node": b, "type": "main", "index": 0}]]} for a, b in pairwise(names)}
        self.workflows[id] = {
            "id": id, "name": name, "active": active, "isArchived": False, "nodes": list(nodes), "connections": links,
            "settings": {"callerPolicy": "workflowsFromSameOwner"}, "updatedAt": moment(), "tags": [],
        } | more  # fmt: skip

    def ran(
        self, workflow: str, status: str = "error", *, mode: str = "webhook", node: str = "Ask", **more: Any
    ) -> str:
        """A run that ended; its id."""
        id = str(len(self.runs) + 1)
        error = {"message": "The service refused the connection", "node": {"name": node}}
        self.runs.append({
            "id": id, "workflowId": workflow, "mode": mode, "status": status, "finished": status == "success",
            "startedAt": moment(), "stoppedAt": moment(), "retryOf": None, "retrySuccessId": None,
            "data": {"resultData": {"error": error} if status == "error" else {}},
        } | more)  # fmt: skip
        return id

    def reply(self, asked: Asked) -> Reply:
        """Answer as n8n does."""
        if asked.headers.get("x-n8n-api-key") != KEY:
            return Reply(status=401, json={"message": "unauthorized"})
        match (asked.method, *asked.path.removeprefix("/api/v1/").split("/")):
            case ("GET", "workflows"):
                first = int(asked.query.get("cursor", ["0"])[0])
                after = first + self.most
                found = list(self.workflows.values())
                return Reply(
                    json={"data": found[first:after], "nextCursor": str(after) if after < len(found) else None}
                )
            case ("GET", "credentials") if not self.lists_credentials:
                return Reply(status=403, json={"message": "Forbidden"})
            case ("GET", "credentials"):
                return Reply(json={"data": [{"id": "c1", "name": "Weather"}], "nextCursor": None})
            case (method, "workflows", id, *rest) if id in self.workflows:
                return self.workflow(method, self.workflows[id], rest, asked)
            case ("GET", "executions"):
                return Reply(json={"data": [bare(one) for one in self.wanted(asked.query)], "nextCursor": None})
            case ("GET", "executions", id) if run := self.run(id):
                return Reply(json=run if asked.query.get("includeData") == ["true"] else bare(run))
            case ("POST", "executions", id, "retry") if run := self.run(id):
                return self.retried(run)
        return Reply(status=404, json={"message": "Not Found"})

    def workflow(self, method: str, one: dict[str, Any], rest: list[str], asked: Asked) -> Reply:
        """What can be done with one workflow."""
        if method == "PUT" and not rest:
            sent = json.loads(asked.body)
            for name in sent:
                if name not in WRITTEN:
                    return Reply(status=400, json={"message": f"request/body/{name} is read-only"})
            if set(sent["settings"]) - SETTINGS:
                return Reply(status=400, json={"message": "request/body/settings must NOT have additional properties"})
            if self.forgetful:
                sent["nodes"] = [
                    {name: value for name, value in node.items() if name != "maxTries"} for node in sent["nodes"]
                ]
            one |= sent | {"updatedAt": moment()}
        elif method == "POST" and rest in (["activate"], ["deactivate"]):
            one["active"] = rest == ["activate"]
        return Reply(json=one)

    def run(self, id: str) -> dict[str, Any] | None:
        """A run by its id."""
        return next((one for one in self.runs if one["id"] == id), None)

    def wanted(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        """The runs that fit, newest first."""
        status, workflow = query.get("status"), query.get("workflowId")
        fit = [
            one for one in reversed(self.runs)
            if (not status or [one["status"]] == status) and (not workflow or [one["workflowId"]] == workflow)
        ]  # fmt: skip
        return fit[: int(query.get("limit", ["100"])[0])]

    def retried(self, run: dict[str, Any]) -> Reply:
        """Repeat a run."""
        if run["status"] == "success":
            return Reply(status=400, json={"message": "The execution succeeded, so it cannot be retried."})
        id = self.ran(run["workflowId"], "success" if self.repairs else "error", mode="retry", retryOf=run["id"])
        if self.repairs:
            run["retrySuccessId"] = id
        return Reply(json=bare(self.runs[-1]))


def bare(run: dict[str, Any]) -> dict[str, Any]:
    """A run as lists have it: without its data."""
    return {name: value for name, value in run.items() if name != "data"}


def moment() -> str:
    """Now, as n8n writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def node(name: str, kind: str, **more: Any) -> dict[str, Any]:
    """A node."""
    return {"id": name, "name": name, "type": f"n8n-nodes-base.{kind}", "typeVersion": 1, "position": [0, 0],
            "parameters": {}} | more  # fmt: skip


def lab(fault: Fault | None = None) -> N8n:
    """An n8n with a workflow that asks the weather, one that posts, and one that tells of errors."""
    one = N8n(fault)
    one.add("w1", "Ask the weather", node("Hook", "webhook"), node("Ask", "httpRequest"))
    one.add("w2", "Post the news", node("Each day", "scheduleTrigger"),
            node("Ask", "httpRequest", parameters={"method": "POST"}))  # fmt: skip
    one.add("w3", "Tell of errors", node("On error", "errorTrigger"), node("Tell", "discord"))
    return one
