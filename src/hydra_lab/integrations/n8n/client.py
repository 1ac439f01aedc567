"""n8n over HTTP: its public API."""

import re
from typing import Any, TypeVar

import httpx

from hydra_lab.integrations.n8n.model import Credentials, Execution, Executions, WireWorkflow, Workflows
from hydra_lab.integrations.n8n.settings import N8nSettings
from hydra_lab.kernel.errors import Conflict, Denied, HydraError, Invalid, NotFound
from hydra_lab.kernel.http import HttpClient, checked, read_as

T = TypeVar("T")
WHO = "n8n"
PAGE = 100
MOST_PAGES = 50


class N8nClient:
    """The only network code of this integration."""

    def __init__(self, settings: N8nSettings, http: HttpClient) -> None:
        self._base = settings.url
        self._headers = {"X-N8N-API-KEY": settings.api_key.get_secret_value()}
        self._http = http

    def first_workflow(self) -> list[WireWorkflow]:
        """One workflow at most, as a cheap sign that the key is taken."""
        return list(self._get(Workflows, "/workflows", {"limit": 1}).data)

    def version(self) -> str | None:
        """Its version, which it tells its own web page; ``None`` where it does not."""
        try:
            answer = self._http.raw(WHO, "GET", f"{self._base}/rest/settings").json()
            return str(answer["data"]["versionCli"])
        except (HydraError, ValueError, KeyError, TypeError):
            return None

    def workflows(self) -> list[WireWorkflow]:
        """Every workflow."""
        found: list[WireWorkflow] = []
        wanted: dict[str, Any] = {"limit": PAGE}
        for _ in range(MOST_PAGES):
            page = self._get(Workflows, "/workflows", wanted)
            found += page.data
            if not page.nextCursor:
                break
            wanted["cursor"] = page.nextCursor
        return found

    def workflow(self, id: str) -> WireWorkflow:
        """One workflow."""
        return self._get(WireWorkflow, f"/workflows/{checked_id(id)}")

    def put(self, id: str, body: dict[str, Any]) -> WireWorkflow:
        """Write a workflow."""
        return read_as(WHO, WireWorkflow, self._asked("PUT", f"/workflows/{checked_id(id)}", json=body))

    def activate(self, id: str, active: bool) -> WireWorkflow:
        """Switch a workflow on or off."""
        path = f"/workflows/{checked_id(id)}/{'activate' if active else 'deactivate'}"
        return read_as(WHO, WireWorkflow, self._asked("POST", path))

    def credentials(self) -> frozenset[str] | None:
        """The ids of all credentials; ``None`` for a version or a key that does not list them."""
        found: set[str] = set()
        wanted: dict[str, Any] = {"limit": PAGE}
        for _ in range(MOST_PAGES):
            answer = self._http.raw(
                WHO, "GET", f"{self._base}/api/v1/credentials", params=wanted, headers=self._headers
            )
            if answer.status_code in (403, 404, 405):
                return None
            page = read_as(WHO, Credentials, checked(WHO, answer))
            found |= {one.id for one in page.data}
            if not page.nextCursor:
                break
            wanted["cursor"] = page.nextCursor
        return frozenset(found)

    def executions(self, wanted: dict[str, Any]) -> list[Execution]:
        """Runs, newest first."""
        return list(self._get(Executions, "/executions", wanted).data)

    def execution(self, id: str) -> Execution:
        """One run, with its data."""
        return self._get(Execution, f"/executions/{checked_id(id)}", {"includeData": "true"})

    def retry(self, id: str) -> Execution:
        """Repeat a run. Raises ``Conflict`` for one that cannot be."""
        path = f"/executions/{checked_id(id)}/retry"
        try:
            return read_as(WHO, Execution, self._asked("POST", path, json={"loadWorkflow": True}))
        except Invalid as error:
            raise Conflict(error.detail, fix="See the run in n8n.") from error

    def _get(self, kind: type[T], path: str, params: dict[str, Any] | None = None) -> T:
        return read_as(WHO, kind, self._asked("GET", path, params=params))

    def _asked(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self._http.raw(WHO, method, f"{self._base}/api/v1{path}", headers=self._headers, **options)
        status = answer.status_code
        if status == 400:
            raise Invalid(f"{WHO} does not take this: {said(answer)}.", fix="See the workflow in n8n's editor.")
        if status == 401:
            raise Denied(f"{WHO} refused the API key.", fix="Make a key in n8n: Settings, n8n API.")
        if status == 403:
            raise Denied(
                f"{WHO} does not let this API key do that.",
                fix="Give the key the scopes of workflows and executions: read, update, activate, retry.",
            )
        if status == 404:
            raise NotFound(
                f"{WHO} knows no such thing: {said(answer)}.", fix="`hydra n8n workflows` shows what it has."
            )
        if status == 409:
            raise Conflict(f"{WHO} cannot do that now: {said(answer)}.", fix="See the run in n8n.")
        return checked(WHO, answer)


def checked_id(id: str) -> str:
    """An id, if it can be one. Raises ``NotFound``."""
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", id):
        raise NotFound(f"{WHO} has nothing with the id “{id[:64]}”.", fix="`hydra n8n workflows` shows what it has.")
    return id


def said(answer: httpx.Response) -> str:
    """What an answer says is wrong."""
    try:
        message = answer.json().get("message")
    except (ValueError, AttributeError):
        message = None
    return str(message or f"HTTP {answer.status_code}")[:300].rstrip(".")
