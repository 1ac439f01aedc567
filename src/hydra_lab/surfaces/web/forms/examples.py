"""How else an operation is called: over HTTP, in a terminal, as a tool; each ready to be copied."""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from hydra_lab.kernel.operation import Operation
from hydra_lab.surfaces.web.forms.fields import Schema, resolved

BY_FORMAT = {"date-time": "2026-01-31T22:00:00+01:00", "date": "2026-01-31", "uri": "https://example.org/"}
BY_TYPE = {"integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}


def sample(schema: Schema) -> dict[str, Any]:
    """The least input that fits a schema: its required fields, with values that show what is meant."""
    return {name: value_for(name, schema["properties"][name], schema) for name in schema.get("required", ())}


def value_for(name: str, schema: Schema, root: Schema) -> Any:
    """A value for one property: its own example, else one of its kind."""
    one = resolved(schema, root)
    for given in (one.get("examples"), one.get("enum")):
        if given:
            return given[0]
    if "const" in one:
        return one["const"]
    match one.get("type"):
        case "string" if "url" in name:
            return BY_FORMAT["uri"]
        case "string":
            return BY_FORMAT.get(one.get("format", ""), f"THE-{name.upper().replace('_', '-')}")
        case "integer" | "number":
            return one.get("minimum", one.get("exclusiveMinimum", 0) + 1)
        case "array":
            inner = resolved(one.get("items", {}), root)
            return [value_for(name, inner, root)] if inner.get("type") else []
        case "object" if one.get("properties"):
            return {part: value_for(part, one["properties"][part], root) for part in one.get("required", ())}
        case kind:
            return BY_TYPE.get(str(kind), {})


def curl(verb: Operation, server: str, given: Mapping[str, Any]) -> str:
    """The call over HTTP."""
    path, rest = verb.path, dict(given)
    for name in verb.path_fields():
        value = quote(str(rest.pop(name, name.upper())), safe="")
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    asks = verb.method in ("GET", "DELETE")
    url = f"{server}{path}" + (f"?{urlencode(rest, doseq=True)}" if asks and rest else "")
    lines = [f"curl {'' if verb.method == 'GET' else f'-X {verb.method} '}{shlex.quote(url)}"]
    lines.append('  -H "Authorization: Bearer $HYDRA_TOKEN"')
    if not asks:
        lines += ['  -H "Content-Type: application/json"', f"  -d {shlex.quote(told(rest))}"]
    return " \\\n".join(lines)


def command(verb: Operation, given: Mapping[str, Any]) -> str:
    """The call in a terminal."""
    words = ["hydra", *verb.name.replace("_", "-").split(".")]
    for option, value in options(given):
        if value is True:
            words.append(f"--{option}")
        else:
            words += [f"--{option}", shlex.quote(value if isinstance(value, str) else told(value))]
    return " ".join(words + (["--watch"] if verb.durable else []))


def options(given: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Options with dots for what is in objects, one for each entry of a list of plain values."""
    for name, value in given.items():
        option = f"{before}{name.replace('_', '-')}"
        if isinstance(value, Mapping) and value:
            yield from options(value, f"{option}.")
        elif isinstance(value, list) and value and not any(isinstance(one, dict | list) for one in value):
            yield from ((option, one) for one in value)
        elif value is False:
            yield f"no-{option}", True
        else:
            yield option, value


def tool(verb: Operation, given: Mapping[str, Any]) -> str:
    """The call of a tool over MCP: its own where it has one, else the one that calls any operation."""
    if verb.tool:
        return told({"name": verb.name.replace(".", "_"), "arguments": dict(given)}, indent=2)
    arguments = {"operation": verb.name, "input": dict(given)}
    return told({"name": "operations_call", "arguments": arguments}, indent=2)


def told(data: Any, indent: int | None = None) -> str:
    """Data as JSON that people read."""
    return json.dumps(data, ensure_ascii=False, indent=indent)
