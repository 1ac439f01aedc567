"""Schemas in words: the type of a value, the fields of an object, an example; safe on loops and dead references."""

import json
from collections.abc import Iterator
from typing import Any

from hydra_lab.areas.docs.model import Field

DEPTH = 4
MOST_FIELDS = 400


class Resolver:
    """Follows ``$ref`` inside one document and remembers those that lead nowhere (RFC 6901 pointers)."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.unresolved: set[str] = set()

    def node(self, value: Any) -> dict[str, Any]:
        """The object a value is or refers to; empty when the reference is dead, external or turns in a circle."""
        seen: set[str] = set()
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            reference: str = value["$ref"]
            beside = {key: one for key, one in value.items() if key != "$ref"}
            if reference in seen:
                self.unresolved.add(reference)
                return beside
            seen.add(reference)
            target = self._follow(reference)
            if target is None:
                self.unresolved.add(reference)
                return beside
            value = {**target, **beside}
        return value if isinstance(value, dict) else {}

    def _follow(self, reference: str) -> dict[str, Any] | None:
        if not reference.startswith("#"):
            return None
        here: Any = self._document
        for part in reference.lstrip("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(here, dict) and name in here:
                here = here[name]
            elif isinstance(here, list) and name.isdigit() and int(name) < len(here):
                here = here[int(name)]
            else:
                return None
        return here if isinstance(here, dict) else None


def listed(value: Any) -> list[Any]:
    """The value if it is a list, else nothing: documents in the wild hold anything anywhere."""
    return value if isinstance(value, list) else []


def reference_name(schema: Any) -> str | None:
    """The name of the component a schema refers to (``#/components/schemas/Item`` is ``Item``), else ``None``."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    return reference.rsplit("/", 1)[-1] if isinstance(reference, str) else None


def type_name(resolver: Resolver, schema: Any, depth: int = 0) -> str:
    """A schema's type in a few words: ``string (date-time)``, ``list of Item``, ``"a" or "b"``, ``Item or null``."""
    if name := reference_name(schema):
        resolver.node(schema)
        return name
    if not isinstance(schema, dict) or not schema or depth > DEPTH:
        return "any"
    for choice in ("anyOf", "oneOf"):
        if choices := listed(schema.get(choice)):
            return _either([type_name(resolver, one, depth + 1) for one in choices])
    if all_of := listed(schema.get("allOf")):
        parts = [type_name(resolver, one, depth + 1) for one in all_of]
        return " and ".join(dict.fromkeys(part for part in parts if part != "any")) or "any"
    if values := listed(schema.get("enum")):
        return _either([json.dumps(one, ensure_ascii=False) for one in values])
    if "const" in schema:
        return json.dumps(schema["const"], ensure_ascii=False)
    kinds = schema.get("type") or ("object" if "properties" in schema else "list" if "items" in schema else "any")
    names = [_plain(resolver, schema, kind, depth) for kind in (kinds if isinstance(kinds, list) else [kinds])]
    return _either([*names, *(["null"] if schema.get("nullable") else [])])


def _either(names: list[str]) -> str:
    return " or ".join(dict.fromkeys(names)) or "any"


def _plain(resolver: Resolver, schema: dict[str, Any], kind: Any, depth: int) -> str:
    if kind in ("array", "list"):
        return f"list of {type_name(resolver, schema.get('items'), depth + 1)}"
    values = schema.get("additionalProperties")
    if kind == "object" and isinstance(values, dict) and values and "properties" not in schema:
        return f"map of {type_name(resolver, values, depth + 1)}"
    limits = [str(schema["format"])] if schema.get("format") else []
    limits += [f"{sign} {schema[key]}" for key, sign in LIMITS.items() if key in schema]
    return f"{kind} ({', '.join(limits)})" if limits else str(kind)


LIMITS = {
    "minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<", "minLength": "length ≥",
    "maxLength": "length ≤", "minItems": "items ≥", "maxItems": "items ≤", "pattern": "matches",
}  # fmt: skip


def fields(resolver: Resolver, schema: Any) -> tuple[Field, ...]:
    """The fields of an object, inline objects flattened (``a.b``, ``a[].b``); named schemas stay a name."""
    found: list[Field] = []
    for field in _walk(resolver, schema, "", 0):
        found.append(field)
        if len(found) >= MOST_FIELDS:
            break
    return tuple(found)


def _walk(resolver: Resolver, schema: Any, prefix: str, depth: int) -> Iterator[Field]:
    node = resolver.node(schema)
    if depth > DEPTH:
        return
    for part in listed(node.get("allOf")):
        yield from _walk(resolver, part, prefix, depth + 1)
    properties = node.get("properties")
    required = listed(node.get("required"))
    for name, value in (properties if isinstance(properties, dict) else {}).items():
        inner = resolver.node(value)
        yield Field(
            name=prefix + str(name),
            type=type_name(resolver, value),
            required=name in required,
            description=str(inner.get("description") or inner.get("title") or ""),
            default=json.dumps(inner["default"], ensure_ascii=False) if "default" in inner else None,
        )
        if reference_name(value) is None and isinstance(value, dict):
            items = value.get("items")
            if "properties" in value:
                yield from _walk(resolver, value, f"{prefix}{name}.", depth + 1)
            elif isinstance(items, dict) and "properties" in items:
                yield from _walk(resolver, items, f"{prefix}{name}[].", depth + 1)
    if not prefix and reference_name(items := node.get("items")) is None and isinstance(items, dict):
        yield from _walk(resolver, items, "[].", depth + 1)
