"""Answers of tools: an operation's output, the work item that a call became, or an error that can be acted on."""

import json
from typing import Any

import mcp_types as types
from pydantic_core import from_json, to_json, to_jsonable_python

from hydra_lab.kernel.errors import HydraError, describe, row_of
from hydra_lab.kernel.operation import Effect, Operation
from hydra_lab.kernel.secrets import Scrubber
from hydra_lab.kernel.work.model import HoldKind, Item, State
from hydra_lab.surfaces.http.below import leading

ANYTHING: dict[str, Any] = {"type": "object"}
WORK: dict[str, Any] = {
    "type": "object",
    "title": "Work item",
    "description": "The work that the call became.",
    "required": ["item", "state", "operation"],
    "properties": {
        "item": {"type": "string", "description": "Its id; queue_show and queue_why tell more"},
        "state": {"enum": [one.value for one in State]},
        "operation": {"type": ["string", "null"]},
        "waits_for": {"type": "array", "items": {"type": "object"}, "description": "Why it has not started"},
        "what_to_do": {"type": "string", "description": "What a person has to do first"},
        "result": {"description": "What the operation answered, once the work is done"},
        "error": {"type": "object", "description": "Why it failed"},
    },
}  # fmt: skip


def output_schema(operation: Operation) -> dict[str, Any]:
    """JSON Schema of what a tool answers; its root is an object, as the protocol wants.

    Long work answers a work item; policy may make one of any other call that can be queued.
    """
    if operation.durable:
        return WORK
    own = operation.output_schema()
    definitions = own.pop("$defs", {})
    if own.get("type") != "object" and "$ref" not in own:
        own = {"type": "object", "required": ["result"], "properties": {"result": own}}
    if not operation.queueable and "$ref" not in own:
        return {**own, "$defs": definitions} if definitions else own
    either = {"type": "object", "anyOf": [own, *([WORK] if operation.queueable else [])]}
    return {**either, "$defs": definitions} if definitions else either


def of_work(item: Item, address: str) -> dict[str, Any]:
    """What an agent needs to know of the work that its call became; ``address`` is the item's page."""
    told: dict[str, Any] = {"item": item.id, "state": item.state.value, "operation": item.operation}
    if item.holds:
        told["waits_for"] = [
            {"kind": one.kind.value, "detail": one.detail, "unblock": one.unblock} for one in item.holds
        ]
    if any(one.kind is HoldKind.APPROVAL for one in item.holds):
        told["what_to_do"] = (
            f"A person has to say yes: in the inbox, or at {address}. queue_show then tells the result."
        )
    if item.state is State.DONE:
        told["result"] = to_jsonable_python(item.result)
    if item.error:
        told["error"] = item.error.model_dump(mode="json")
    return told


def answered(operation: Operation | None, output: Any, scrubber: Scrubber, here: str = "") -> types.CallToolResult:
    """An output as a tool's result, as text and as data. Secrets in it are masked; pages it names are below ``here``.

    The answer to a change is left alone: a new key's token is in it, this once.
    """
    told = output if isinstance(output, dict) else {"result": output}
    text = to_json(leading(told, here), inf_nan_mode="null")
    if operation is None or operation.effect is Effect.READ:
        text = scrubber.body(text)
    content = types.TextContent(type="text", text=text.decode("utf-8", "replace"))
    return types.CallToolResult(content=[content], structured_content=from_json(text))


def refused(error: HydraError, here: str = "") -> types.CallToolResult:
    """An error as a tool's result, so that the agent can read it and do better, or tell a person which page to open."""
    told = leading({**describe(error), "mcp_code": row_of(error).mcp}, here)
    text = types.TextContent(type="text", text=json.dumps(told, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=told, is_error=True)
