"""Hydra's own API as an OpenAPI document, made from what its operations declare."""

import re
from typing import Any

from pydantic import TypeAdapter

from hydra_lab import __version__
from hydra_lab.kernel.errors import TABLE, HydraError
from hydra_lab.kernel.operation import Kind, Operation
from hydra_lab.kernel.registry import Registry

REFERENCE = "#/components/schemas/{model}"


def document(registry: Registry) -> dict[str, Any]:
    """Every verb with its input, its output and the errors of the kernel's table."""
    verbs = list(registry.verbs.values())
    asked: list[tuple[str, Any, TypeAdapter[Any]]] = [
        (f"{verb.name} in", "validation", TypeAdapter(verb.input)) for verb in verbs
    ]
    asked += [(f"{verb.name} out", "serialization", TypeAdapter(verb.output)) for verb in verbs if has_output(verb)]
    found, definitions = TypeAdapter.json_schemas(asked, ref_template=REFERENCE)
    schemas = {key: schema for (key, _), schema in found.items()}
    named = definitions.get("$defs", {})
    paths: dict[str, dict[str, Any]] = {}
    for verb in verbs:
        path = re.sub(r"{(\w+):\w+}", r"{\1}", verb.path)
        paths.setdefault(path, {})[verb.method.lower()] = described(verb, schemas, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hydra", "version": __version__},
        "paths": paths,
        "components": {"schemas": named},
    }


def has_output(verb: Operation) -> bool:
    """Whether a verb answers with data of a declared type."""
    return verb.kind is Kind.OPERATION and verb.output not in (None, type(None))


def described(verb: Operation, schemas: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """One method of one path."""
    schema = schemas[f"{verb.name} in"]
    whole = named[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    properties, required = whole.get("properties", {}), whole.get("required", [])
    in_path, in_query = verb.path_fields(), verb.method in ("GET", "DELETE")
    told: dict[str, Any] = {
        "tags": [verb.area],
        "summary": verb.summary,
        "description": verb.description,
        "parameters": [
            {"name": name, "in": "path" if name in in_path else "query", "required": name in required, "schema": one}
            for name, one in properties.items()
            if in_query or name in in_path
        ],
    }
    body = {name: one for name, one in properties.items() if name not in in_path}
    if body and not in_query:
        wanted = {"type": "object", "properties": body, "required": [name for name in required if name in body]}
        told["requestBody"] = {
            "required": bool(wanted["required"]),
            "content": {"application/json": {"schema": wanted}},
        }
    told["responses"] = answers(verb, schemas)
    return told


def answers(verb: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    """What a verb may answer: its output, a work item where it is queued, and each error by its status."""
    good: dict[str, Any] = {"description": "Done."}
    if f"{verb.name} out" in schemas:
        good["content"] = {"application/json": {"schema": schemas[f"{verb.name} out"]}}
    found = {"202" if verb.durable else str(verb.status): good}
    if verb.durable:
        good["description"] = "It is queued; with `?wait=SECONDS` the answer is its result."
    by_status: dict[int, list[type[HydraError]]] = {}
    for error, row in TABLE.items():
        if row.http >= 400:
            by_status.setdefault(row.http, []).append(error)
    for status, errors in sorted(by_status.items()):
        meaning = " ".join((error.__doc__ or "").split("\n")[0] for error in errors)
        found[str(status)] = {"description": f"`{'`, `'.join(error.code for error in errors)}`: {meaning}"}
    return found
