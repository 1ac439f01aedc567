"""Operations as tools: names, schemas and honest hints, made from the declarations."""

import re
from typing import Any

import mcp_types as types

from hydra_lab.kernel.operation import LONGEST_WAIT_S, Effect, Operation
from hydra_lab.kernel.registry import Registry
from hydra_lab.surfaces.mcp.answers import ANYTHING, output_schema

WAIT, CANCEL = "wait_s", "cancel_with_call"
WAITING = {
    WAIT: {
        "type": "number", "minimum": 0, "maximum": LONGEST_WAIT_S,
        "description": "Seconds to wait for the result, with progress on the way; without it the answer is the work "
        "item at once.",
    },
    CANCEL: {
        "type": "boolean", "default": False,
        "description": "Cancel the work when this call is cancelled while it waits; else the work goes on.",
    },
}  # fmt: skip
SEARCH = types.Tool(
    name="operations_search",
    title="Find operations",
    description="Find operations of Hydra that have no tool of their own, with what they take. Call one with "
    "operations_call.",
    input_schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["query"],
        "properties": {
            "query": {"type": "string", "description": "What is to be done, in a few words"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 25, "default": 8},
        },
    },
    output_schema={
        "type": "object",
        "required": ["operations"],
        "properties": {"operations": {"type": "array", "items": {"type": "object"}}},
    },
    annotations=types.ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
)
CALL = types.Tool(
    name="operations_call",
    title="Call any operation",
    description="Call any operation of Hydra by name. Long work, and what a person must allow first, answers with a "
    "work item; queue_show and queue_why tell how it goes.",
    input_schema={
        "type": "object",
        "additionalProperties": False,
        "required": ["operation"],
        "properties": {
            "operation": {"type": "string", "description": "Its name, such as maintenance.run"},
            "input": {"type": "object", "description": "Its input; operations_search shows the schema"},
            **WAITING,
        },
    },
    output_schema=ANYTHING,
    annotations=types.ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True),
)


def tool_name(operation: Operation) -> str:
    """``queue.add`` as tools are named: ``queue_add``."""
    return operation.name.replace(".", "_")


def tools(registry: Registry) -> dict[str, Operation]:
    """The operations that are tools of their own, by tool name."""
    return {tool_name(one): one for one in registry.operations() if one.tool}


def tool(operation: Operation) -> types.Tool:
    """One operation as a tool. Its fields are the tool's arguments; work has ``WAITING`` besides."""
    schema = operation.input_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    if may_wait(operation):
        schema = {**schema, "properties": {**schema.get("properties", {}), **WAITING}}
    description = operation.description
    if operation.durable:
        description += "\n\nThis is long work: the answer is its work item, unless wait_s is given."
    return types.Tool(
        name=tool_name(operation), title=operation.summary.rstrip("."), description=description,
        input_schema=schema, output_schema=output_schema(operation), annotations=hints(operation),
    )  # fmt: skip


def may_wait(operation: Operation) -> bool:
    """Whether a tool takes ``WAITING``: its call may become work, and no field of its own is named so."""
    return becomes_work(operation) and not {WAIT, CANCEL} & set(operation.input.model_fields)


def becomes_work(operation: Operation) -> bool:
    """Whether a call may become a work item: long work always does, and what a person may have to allow first."""
    return operation.durable is not None or (operation.queueable and operation.effect is not Effect.READ)


def hints(operation: Operation) -> types.ToolAnnotations:
    """What a client may believe about a call. What is not known is not promised.

    Only a verb that adds something (it answers 201) of its own is known to destroy nothing; one that hands over other
    work may do what that work does.
    """
    reads = operation.effect is Effect.READ
    adds = operation.status == 201 and operation.effect is Effect.WRITE and not operation.floor
    return types.ToolAnnotations(
        read_only_hint=reads,
        destructive_hint=not (reads or (adds and not operation.passes_on)),
        idempotent_hint=reads or operation.method in ("PUT", "DELETE"),
        open_world_hint=bool(operation.needs) or operation.passes_on or operation.durable is not None,
    )


def found(registry: Registry, query: str, limit: int) -> list[dict[str, Any]]:
    """Operations that fit some words, best first: words in the name count most, then the summary, then the rest."""
    words = set(re.findall(r"[a-z0-9]+", query.lower()))
    scored = []
    for one in registry.operations():
        weights = ((one.name, 5), (one.summary, 2), (one.description, 1))
        text = [(set(re.findall(r"[a-z0-9]+", part.lower())), weight) for part, weight in weights]
        score = sum(weight for word in words for parts, weight in text if near(word, parts))
        if score:
            scored.append((-score, one.name, one))
    return [
        {
            "operation": one.name, "summary": one.summary, "effect": one.effect.value,
            "durable": one.durable is not None, "needs": list(one.needs), "input_schema": one.input_schema(),
        }
        for _, _, one in sorted(scored, key=lambda hit: hit[:2])[:limit]
    ]  # fmt: skip


def near(word: str, parts: set[str]) -> bool:
    """Whether a word, or one that begins alike, is among some words."""
    return word in parts or (len(word) > 3 and any(part.startswith(word[:-1]) for part in parts))
