"""The tool server: lists the tools and calls operations through the gate, as whoever the key says."""

import json
from functools import partial
from typing import Any

import mcp_types as types
import structlog
from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from pydantic_core import to_json, to_jsonable_python

from hydra_lab import __version__
from hydra_lab.kernel.errors import HydraError, Invalid, NotFound, describe, row_of
from hydra_lab.kernel.gate import Queued
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import Item, State
from hydra_lab.surfaces.http.waiting import wait_until_over
from hydra_lab.surfaces.mcp.describe import CALL, LONGEST_WAIT_S, SEARCH, found, tool, tools

log = structlog.get_logger()

INSTRUCTIONS = (
    "Hydra runs a home AI lab. Reads answer at once. Changes may need a person's yes and long work takes its time: "
    "then the answer is a work item; queue_show and queue_why tell how it goes. operations_search finds what has no "
    "tool of its own."
)


def tool_server(services: Services) -> Server[Any]:
    """The protocol's server over these services."""
    chosen = tools(services.registry)
    listed = types.ListToolsResult(tools=[*(tool(one) for one in chosen.values()), SEARCH, CALL])

    async def on_list(_context: Any, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return listed

    async def on_call(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        actor: Actor = context.request.scope["state"]["visitor"].actor
        given = dict(params.arguments or {})
        try:
            return answered(await called(services, chosen, params.name, given, actor))
        except HydraError as error:
            if isinstance(error, NotFound) and params.name not in (*chosen, CALL.name):
                raise MCPError(row_of(error).mcp, error.detail) from error
            return refused(error)
        except MCPError:
            raise
        except Exception:
            # The protocol's library would pass its words on to the agent.
            log.exception("mcp.failed", tool=params.name)
            return refused(HydraError("Something went wrong inside Hydra.", fix="Its log has the cause."))

    return Server(
        "hydra", version=__version__, title="Hydra", instructions=INSTRUCTIONS, on_list_tools=on_list,
        on_call_tool=on_call,
    )  # fmt: skip


async def called(
    services: Services, chosen: dict[str, Operation], name: str, given: dict[str, Any], actor: Actor
) -> Any:
    """What a tool answers, ready for JSON. Raises the kernel's errors."""
    if name == SEARCH.name:
        query, limit = given.get("query"), given.get("limit", 8)
        if not isinstance(query, str) or not isinstance(limit, int):
            raise Invalid("operations_search wants a query, and a limit that is a number.")
        return {"operations": await to_thread.run_sync(found, services.registry, query, max(1, min(limit, 25)))}
    if name == CALL.name:
        operation = services.registry.operation(str(given.get("operation")))
        input = given.get("input") or {}
        if not isinstance(input, dict):
            raise Invalid("The input must be an object.", problems=[{"field": "input", "problem": "is no object"}])
        wait_s = given.get("wait_s")
    else:
        if name not in chosen:
            raise NotFound(f"There is no tool “{name}”.", fix="tools/list shows the tools there are.")
        operation, input = chosen[name], given
        wait_s = input.pop("wait_s", None) if "wait_s" not in operation.input.model_fields else None
    if wait_s is not None and not (isinstance(wait_s, int | float) and 0 <= wait_s <= LONGEST_WAIT_S):
        problem = {"field": "wait_s", "problem": f"must be from 0 to {LONGEST_WAIT_S}"}
        raise Invalid(f"wait_s must be seconds from 0 to {LONGEST_WAIT_S}.", problems=[problem])
    output = await to_thread.run_sync(partial(services.gate.enter, operation.name, input, actor=actor))
    if not isinstance(output, Queued):
        return await to_thread.run_sync(operation.dump, output)
    item: Item = output.item
    if wait_s:
        item = await wait_until_over(services, item.id, wait_s)
    return of_work(item)


def of_work(item: Item) -> dict[str, Any]:
    """What an agent needs to know of the work that its call became."""
    told: dict[str, Any] = {"item": item.id, "state": item.state.value, "operation": item.operation}
    if item.holds:
        told["waits_for"] = [
            {"kind": one.kind.value, "detail": one.detail, "unblock": one.unblock} for one in item.holds
        ]
    if item.state is State.DONE:
        told["result"] = to_jsonable_python(item.result)
    if item.error:
        told["error"] = item.error.model_dump(mode="json")
    return told


def answered(output: Any) -> types.CallToolResult:
    """An output as a tool's result."""
    text = types.TextContent(type="text", text=to_json(output, inf_nan_mode="null").decode())
    return types.CallToolResult(content=[text], structured_content=output if isinstance(output, dict) else None)


def refused(error: HydraError) -> types.CallToolResult:
    """An error as a tool's result, so that the agent can read it and do better."""
    told = {**describe(error), "mcp_code": row_of(error).mcp}
    text = types.TextContent(type="text", text=json.dumps(told, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=told, is_error=True)
