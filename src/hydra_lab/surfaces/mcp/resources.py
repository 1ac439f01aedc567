"""Resources: the queue, its items, the state and the documentation, for clients to read and attach."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import unquote

import mcp_types as types
from anyio import to_thread
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic_core import to_json

from hydra_lab.kernel.errors import Denied, HydraError, NotFound, describe, row_of
from hydra_lab.kernel.gate import Queued
from hydra_lab.kernel.operation import Effect, Kind
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import Item
from hydra_lab.surfaces.mcp import documents
from hydra_lab.surfaces.mcp.tools import actor_of

JSON, MARKDOWN = "application/json", "text/markdown"
# Items in the list beside what is always there: those that run, and those that wait for a person's yes.
OPEN = 25
NOT_FOUND = -32002  # until the newest generation, which has “invalid params” instead


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A resource that is what an operation answers; the operation's input comes from braces in the address."""

    uri: str
    operation: str
    title: str


FIXED = (
    Shown(uri="hydra://queue", operation="queue.list", title="The queue, newest first"),
    Shown(uri="hydra://queue/stats", operation="queue.stats", title="The queue in numbers"),
    Shown(uri="hydra://inbox", operation="inbox.list", title="What waits for a person"),
    Shown(uri="hydra://state", operation="state.show", title="The state of the lab, measured now"),
    Shown(uri="hydra://activity", operation="activity.list", title="What happened"),
)
TEMPLATES = (
    Shown(uri="hydra://queue/{id}", operation="queue.show", title="A work item"),
    Shown(uri="hydra://queue/{id}/why", operation="queue.why", title="Why a work item is where it is"),
    Shown(uri="hydra://queue/{id}/steps", operation="queue.steps", title="The finished steps of a work item"),
    Shown(uri="hydra://queue/{id}/log", operation="queue.log", title="What a work item said while it ran"),
)
DOCUMENTS = types.ResourceTemplate(
    name="operation", title="The documentation of an operation", uri_template="hydra://docs/operations/{name}",
    description="What it does, what it takes and what it answers, such as hydra://docs/operations/queue.add",
    mime_type=MARKDOWN,
)  # fmt: skip


class Resources:
    """What `resources/list`, `resources/templates/list` and `resources/read` answer."""

    def __init__(self, services: Services) -> None:
        self._services = services
        known = {one.name for one in services.registry.operations()}
        self._fixed = [one for one in FIXED if one.operation in known]
        self._templates = [one for one in TEMPLATES if one.operation in known]
        self._listed: Callable[[ServerRequestContext[Any, Any]], None] = lambda context: None

    def each_list(self, noted: Callable[[ServerRequestContext[Any, Any]], None]) -> None:
        """Have ``noted`` told of each client that asked for the list: it is told when the list changes."""
        self._listed = noted

    async def list(
        self, context: ServerRequestContext[Any, Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """What there is to read now."""
        self._listed(context)
        items = await to_thread.run_sync(open_items, self._services)
        fixed = [
            types.Resource(name=one.operation, title=one.title, uri=one.uri, mime_type=JSON) for one in self._fixed
        ]
        return types.ListResourcesResult(resources=[*fixed, *documents.listed(), *(resource(one) for one in items)])

    async def templates(self, _context: Any, _params: Any) -> types.ListResourceTemplatesResult:
        """What can be read by id or name."""
        made = [
            types.ResourceTemplate(name=one.operation, title=one.title, uri_template=one.uri, mime_type=JSON)
            for one in self._templates
        ]
        return types.ListResourceTemplatesResult(resource_templates=[*made, DOCUMENTS])

    async def read(
        self, context: ServerRequestContext[Any, Any], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """One resource. Its errors are those of the kernel's table, but for the protocol's own of what is not there."""
        try:
            text, kind = await to_thread.run_sync(partial(self._read, params.uri, actor_of(context)))
        except HydraError as error:
            fix, code = f" {error.fix}" if error.fix else "", row_of(error).mcp
            if isinstance(error, NotFound):
                code = types.INVALID_PARAMS if context.protocol_version in MODERN_PROTOCOL_VERSIONS else NOT_FOUND
            raise MCPError(code, f"{error.detail}{fix}", {**describe(error), "uri": params.uri}) from error
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=params.uri, mime_type=kind, text=text)]
        )

    def _read(self, uri: str, actor: Actor) -> tuple[str, str]:
        """The text of a resource and its media type. Raises the kernel's errors."""
        document = documents.read(self._services.registry, uri)
        if document is not None:
            return document, MARKDOWN
        for one in (*self._fixed, *self._templates):
            values = fitted(one.uri, uri)
            if values is not None:
                return self._told(one.operation, values, actor), JSON
        raise NotFound(f"There is no resource {uri}.", fix="resources/list and resources/templates/list show them.")

    def _told(self, name: str, input: dict[str, str], actor: Actor) -> str:
        """What an operation that reads answers to somebody."""
        operation = self._services.registry.operation(name)
        assert operation.effect is Effect.READ
        assert operation.kind is Kind.OPERATION
        output = self._services.gate.enter(name, dict(input), actor=actor)
        if isinstance(output, Queued):
            detail = f"{name} asks a person first here, and the answer to a reading cannot wait."
            raise Denied(detail, rule="resources", fix=f"Call the tool operations_call with {name}.")
        body = to_json(operation.dump(output), inf_nan_mode="null")
        return self._services.scrubber.body(body).decode("utf-8", "replace")


def fitted(template: str, uri: str) -> dict[str, str] | None:
    """The values in the braces of an address; ``None`` where it does not fit."""
    pattern = "".join(
        f"(?P<{part[1:-1]}>[^/?#]+)" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{\w+\})", template)
    )
    match = re.fullmatch(pattern, uri)
    return {name: unquote(value) for name, value in match.groupdict().items()} if match else None


def open_items(services: Services) -> list[Item]:
    """Items that run, and those that wait for a person's yes."""
    running, _, _ = services.work.page(state="running", limit=OPEN)
    asking, _, _ = services.work.page(hold="approval", limit=OPEN)
    return [*running, *(one for one in asking if one.id not in {item.id for item in running})]


def resource(item: Item) -> types.Resource:
    """An item in the list."""
    return types.Resource(
        name=item.id, title=f"{item.title} ({item.state.value})", uri=f"hydra://queue/{item.id}", mime_type=JSON,
        description=item.holds[0].detail if item.holds else None,
    )  # fmt: skip
