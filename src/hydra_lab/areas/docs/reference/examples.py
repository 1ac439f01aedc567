"""Examples: the document's own where it has one, else a small one made from the schema."""

import json
from typing import Any

from hydra_lab.areas.docs.reference.schemas import DEPTH, Resolver, listed, reference_name

MOST_PROPERTIES = 16
BY_FORMAT = {
    "date-time": "2026-01-31T09:30:00Z",
    "date": "2026-01-31",
    "time": "09:30:00",
    "uuid": "0198f2c4-7d1e-7c33-8a51-0242ac120002",
    "uri": "https://example.org/",
    "email": "someone@example.org",
    "ipv4": "192.0.2.1",
    "duration": "PT30S",
}
BY_TYPE = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}


def example(resolver: Resolver, media: dict[str, Any]) -> tuple[str | None, bool]:
    """``(text, given)`` for one media type; ``given``: the document itself has it. ``None``: nothing to show."""
    if "example" in media:
        return _text(media["example"]), True
    named = media.get("examples")
    for one in named.values() if isinstance(named, dict) else ():
        if "value" in (found := resolver.node(one)):
            return _text(found["value"]), True
    schema = media.get("schema")
    if not schema:
        return None, False
    given = _given(resolver.node(schema))
    if given is not MISSING:
        return _text(given), True
    value = sample(resolver, schema)
    return (None, False) if value in (MISSING, {}, []) else (_text(value), False)


MISSING: Any = object()


def _given(node: dict[str, Any]) -> Any:
    """What a schema itself offers as a value."""
    if "example" in node:
        return node["example"]
    given = listed(node.get("examples"))
    return given[0] if given else MISSING


def sample(resolver: Resolver, schema: Any, above: tuple[str, ...] = ()) -> Any:
    """A value that fits a schema; a schema inside itself, or too deep, is left out (``MISSING``)."""
    name = reference_name(schema)
    if len(above) > DEPTH or (name and name in above):
        return MISSING
    above = (*above, name or "")
    node = resolver.node(schema)
    given = _given(node)
    if given is not MISSING:
        return given
    for key in ("default", "const"):
        if key in node and node[key] is not None:
            return node[key]
    if values := listed(node.get("enum")):
        return values[0]
    for choice in ("anyOf", "oneOf"):
        if choices := listed(node.get(choice)):
            values = [sample(resolver, one, above) for one in choices]
            return next((one for one in values if one is not MISSING and one is not None), None)
    return _of_type(resolver, node, above)


def _of_type(resolver: Resolver, node: dict[str, Any], above: tuple[str, ...]) -> Any:
    kind = node.get("type")
    kind = next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind
    if kind == "object" or "properties" in node or "allOf" in node:
        return _object(resolver, node, above)
    if kind == "array" or "items" in node:
        value = sample(resolver, node.get("items") or {}, above)
        return [] if value is MISSING else [value]
    if kind == "string" and node.get("format") in BY_FORMAT:
        return BY_FORMAT[node["format"]]
    if kind in ("integer", "number") and isinstance(node.get("minimum"), int | float):
        return max(node["minimum"], BY_TYPE[kind])
    return BY_TYPE.get(str(kind), {})


def _object(resolver: Resolver, node: dict[str, Any], above: tuple[str, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for part in listed(node.get("allOf")):
        value = sample(resolver, part, above)
        made |= value if isinstance(value, dict) else {}
    properties = node.get("properties")
    for name, value in list((properties if isinstance(properties, dict) else {}).items())[:MOST_PROPERTIES]:
        if (found := sample(resolver, value, above)) is not MISSING:
            made[str(name)] = found
    return made


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
