"""Reading JSON Schema: which fields an input has, what they hold, and a text as the value a field wants."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of an input. ``kinds`` are JSON types; empty means anything. ``each`` are those of what a list, or an
    object with fields of any name, holds."""

    name: str
    kinds: frozenset[str]
    required: bool
    about: str
    default: Any
    choices: tuple[str, ...] = ()
    inner: tuple["Field", ...] = ()
    each: frozenset[str] = frozenset()

    @property
    def is_list(self) -> bool:
        """Whether it holds several values."""
        return "array" in self.kinds and "string" not in self.kinds

    @property
    def is_flag(self) -> bool:
        """Whether it is yes or no."""
        return self.kinds - {"null"} == {"boolean"}

    @property
    def is_open(self) -> bool:
        """Whether it holds an object with fields of any name, or anything at all."""
        return not self.kinds or ("object" in self.kinds and not self.inner)

    @property
    def word(self) -> str:
        """What its value looks like, for help."""
        if self.choices:
            return "|".join(self.choices)
        kinds = sorted(self.kinds - {"null"})
        return (
            {"array": "VALUE…", "object": "JSON", "string": "TEXT"}.get(kinds[0], kinds[0].upper()) if kinds else "JSON"
        )


def fields_of(schema: dict[str, Any]) -> list[Field]:
    """The fields of an object's schema, in the order they were declared."""
    definitions = schema.get("$defs", {})
    return fields_in(schema, definitions, depth=3)


def fields_in(schema: dict[str, Any], definitions: dict[str, Any], depth: int) -> list[Field]:
    """The fields of one object, with those of objects in it down to a depth."""
    required = schema.get("required", [])
    found = []
    for name, raw in schema.get("properties", {}).items():
        options = [followed(one, definitions) for one in alternatives(followed(raw, definitions))]
        kinds = frozenset(kind for one in options for kind in kinds_of(one))
        inside = next((one for one in options if one.get("properties")), None)
        found.append(
            Field(
                name=name, kinds=kinds, required=name in required, default=raw.get("default"),
                about=str(raw.get("description") or ""),
                choices=tuple(str(value) for one in options for value in one.get("enum", [])),
                inner=tuple(fields_in(inside, definitions, depth - 1)) if inside and depth else (),
                each=frozenset(
                    kind
                    for one in options
                    for held in held_by(one)
                    for option in alternatives(followed(held, definitions))
                    for kind in kinds_of(followed(option, definitions))
                ),
            )
        )  # fmt: skip
    return found


def held_by(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas of what a list or an object of any names holds."""
    held = [schema.get("items"), schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()]
    return [one for one in held if isinstance(one, dict)]


def followed(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A schema with its reference into ``$defs`` followed."""
    reference = str(schema.get("$ref", ""))
    if not reference and len(schema.get("allOf", [])) == 1:
        return followed(schema["allOf"][0], definitions)
    return definitions.get(reference.rpartition("/")[2], {}) if reference else schema


def alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What a value may be instead."""
    return schema.get("anyOf") or schema.get("oneOf") or [schema]


def kinds_of(schema: dict[str, Any]) -> list[str]:
    """The JSON types of a schema without alternatives; none means any."""
    kind = schema.get("type")
    if kind is None and "enum" in schema:
        return ["string"]
    return kind if isinstance(kind, list) else [kind] if kind else []


def value_of(text: str, kinds: frozenset[str]) -> Any:
    """A typed text as a value of one of these types; what does not fit stays text, for the server to say so."""
    if "string" in kinds:
        return text
    try:
        read = json.loads(text)
    except ValueError:
        lowered = text.lower()
        if "boolean" in kinds and lowered in ("yes", "on", "no", "off"):
            return lowered in ("yes", "on")
        return text
    return read
