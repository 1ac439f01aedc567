"""Hydra's API as an OpenAPI 3.1 document, made from the declared operations."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from hydra_lab import __version__
from hydra_lab.kernel.operation import LONGEST_WAIT_S, Effect, Entry, Input, Kind, Operation
from hydra_lab.kernel.registry import Registry
from hydra_lab.kernel.work.model import Item

REF = "#/components/schemas/"
NOTHING = (None, type(None))
PROBLEM = {
    "type": "object",
    "description": "What went wrong and what to do about it (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "The same error has the same code on every surface."},
        "detail": {"type": "string"},
        "fix": {"type": ["string", "null"]},
        "instance": {"type": "string"},
        "problems": {
            "type": "array",
            "description": "Every wrong field at once.",
            "items": {
                "type": "object",
                "required": ["field", "problem"],
                "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
    },
}
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "The administrator's token or an API key."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "session": {"type": "apiKey", "in": "cookie", "name": "hydra_session", "description": "A signed-in browser."},
}
CONFIRM = {
    "name": "X-Confirm", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "A person's yes to a dangerous call: what it is about, or the operation's name.",
}  # fmt: skip
WAIT = {
    "name": "wait", "in": "query", "required": False,
    "schema": {"type": "number", "minimum": 0, "maximum": LONGEST_WAIT_S},
    "description": "Seconds to wait for the result before the answer is the work item.",
}  # fmt: skip


def document(registry: Registry, base: str = "") -> dict[str, Any]:
    """The whole document of a Hydra below ``base``. Paths that carry no operation (health, pages) are not in it."""
    verbs = list(registry.verbs.values())
    schemas, definitions = all_schemas(verbs)
    paths: dict[str, dict[str, Any]] = {}
    for verb in verbs:
        path = re.sub(r"{(\w+):\w+}", r"{\1}", verb.path)
        paths.setdefault(path, {})[verb.method.lower()] = described(verb, schemas, definitions)
    titles = {name: room.title for name, room in registry.integrations.items()}
    titles |= {name: room.title for name, room in registry.areas.items()}
    areas = sorted({verb.area for verb in verbs})
    components = {"Problem": PROBLEM, **used(paths, definitions)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hydra", "version": __version__, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": base or "/"}],
        "tags": [{"name": area, "description": titles.get(area, area)} for area in areas],
        "security": [{name: []} for name in SECURITY],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SECURITY},
    }


def all_schemas(verbs: Iterable[Operation]) -> tuple[dict[tuple[str, str], Any], dict[str, Any]]:
    """Input and output schemas by ``(name, "in" or "out")``, and the definitions they refer to."""
    asked: list[tuple[Any, Any, TypeAdapter[Any]]] = [("Item out", "serialization", TypeAdapter(Item))]
    for verb in verbs:
        asked.append((f"{verb.name} in", "validation", TypeAdapter(verb.input)))
        if verb.kind is Kind.OPERATION and verb.output not in NOTHING:
            asked.append((f"{verb.name} out", "serialization", TypeAdapter(verb.output)))
    found, definitions = TypeAdapter.json_schemas(asked, ref_template=REF + "{model}")
    schemas = {tuple(str(key).rsplit(" ", 1)): schema for (key, _), schema in found.items()}
    return schemas, definitions.get("$defs", {})  # type: ignore[return-value]


def described(verb: Operation, schemas: dict[Any, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """One operation of one path."""
    whole = resolved(schemas[verb.name, "in"], definitions)
    properties: dict[str, Any] = whole.get("properties", {})
    in_path = verb.path_fields()
    rest = {name: schema for name, schema in properties.items() if name not in in_path}
    required = [name for name in whole.get("required", []) if name in rest]
    parameters = [parameter(name, "path", properties[name], True) for name in in_path]
    told: dict[str, Any] = {
        "operationId": verb.name,
        "tags": [verb.area],
        "summary": verb.summary,
        "description": verb.description,
        "x-effect": verb.effect.value,
        "x-durable": verb.durable is not None,
        "x-needs": list(verb.needs),
    }
    if takes_raw_body(verb.input):
        told["requestBody"] = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    elif verb.method in ("GET", "DELETE"):
        parameters += [parameter(name, "query", schema, name in required) for name, schema in rest.items()]
    elif rest:
        body = {"type": "object", "properties": rest, "additionalProperties": False}
        content = schemas[verb.name, "in"] if not in_path else {**body, "required": required} if required else body
        told["requestBody"] = {"required": bool(required), "content": {"application/json": {"schema": content}}}
    if verb.durable or (verb.kind is Kind.OPERATION and verb.effect is not Effect.READ):
        parameters.append(WAIT)
    if verb.effect is Effect.DANGER or verb.floor:
        parameters.append(CONFIRM)
    if parameters:
        told["parameters"] = parameters
    if verb.entry is not Entry.CREDENTIAL:
        told["security"] = []
    told["responses"] = responses(verb, schemas)
    return told


def takes_raw_body(model: type[Input]) -> bool:
    """Whether an endpoint reads the body as it comes."""
    field = model.model_fields.get("body")
    return field is not None and field.annotation is bytes


def parameter(name: str, place: str, schema: dict[str, Any], required: bool) -> dict[str, Any]:
    """One parameter; its description stands beside its schema."""
    found = {"name": name, "in": place, "required": required, "schema": schema}
    return found | ({"description": schema["description"]} if "description" in schema else {})


def responses(verb: Operation, schemas: dict[Any, Any]) -> dict[str, Any]:
    """What an operation may answer."""
    problem: dict[str, Any] = {"application/problem+json": {"schema": {"$ref": REF + "Problem"}}}
    if verb.error_shape:
        problem = {"application/json": {"schema": {}}}
    found: dict[str, Any] = {}
    if verb.kind is Kind.STREAM:
        found["200"] = {"description": "Events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    elif verb.kind is Kind.ENDPOINT:
        media = verb.media_type or "*/*"
        found["200"] = {"description": "The content.", "content": {media: {"schema": {}}}}
    else:
        schema = schemas.get((verb.name, "out"), {})
        found[str(verb.status)] = {"description": "Done.", "content": {"application/json": {"schema": schema}}}
        if verb.status == 201:
            found["200"] = {"description": "It was there already.", "content": {"application/json": {"schema": schema}}}
        if verb.durable or verb.effect is not Effect.READ:
            item = {"application/json": {"schema": schemas["Item", "out"]}}
            found["202"] = {"description": "It became work, or waits for a person's yes.", "content": item}
    if verb.entry is Entry.CREDENTIAL:
        found["401"] = {"description": "No credential, or one that is not known.", "content": problem}
        found["403"] = {"description": "Policy said no.", "content": problem}
    found["422"] = {"description": "The input is wrong.", "content": problem}
    found["default"] = {"description": "Another error; `code` says which.", "content": problem}
    return found


def resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A schema with its own reference followed."""
    reference = schema.get("$ref", "")
    return definitions[reference.removeprefix(REF)] if reference else schema


def used(tree: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The definitions that a tree refers to, directly or through others."""
    found: dict[str, Any] = {}
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            name = str(one.get("$ref", "")).removeprefix(REF)
            if name in definitions and name not in found:
                found[name] = definitions[name]
                waiting.append(definitions[name])
            waiting += one.values()
    return dict(sorted(found.items()))
