"""Forms from JSON Schema: which control each field of an operation's input gets, with its label and help."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

Schema = dict[str, Any]


class Control(StrEnum):
    """The controls a form is made of."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    YES_NO = "yes_no"  # a check box: absent means no
    CHOICE = "choice"
    CHOICES = "choices"
    LINES = "lines"  # a list, one entry per line
    DATE = "date"
    TIME = "datetime"
    SECRET = "secret"  # noqa: S105 - never filled in again
    PAIRS = "pairs"  # names and plain values, one "name: value" per line
    JSON = "json"
    GROUP = "group"
    ROWS = "rows"  # a list of groups; the last is for one more


@dataclass(frozen=True, kw_only=True)
class Field:
    """One control. ``value`` is as the form shows it; ``problem`` is what was wrong with it last time."""

    name: str
    label: str
    control: Control
    required: bool = False
    help: str = ""
    value: Any = None
    choices: tuple[str, ...] = ()
    fields: tuple["Field", ...] = ()
    rows: tuple[tuple["Field", ...], ...] = ()
    problem: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    step: str | None = None
    max_length: int | None = None
    placeholder: str = ""
    form: str = ""  # sets the ids of a form's fields apart from those of its like on the same page


UNITS = {"s": "seconds", "ms": "milliseconds", "h": "hours", "days": "days", "mib": "MiB", "gib": "GiB"}
SPELLED = {"url": "URL", "api": "API", "http": "HTTP", "json": "JSON", "id": "id", "gpu": "GPU"}
PLAIN = ("string", "integer", "number")
LONG_NAMES = {"text", "body", "message", "content", "description", "prompt", "reason"}


def resolved(schema: Schema, root: Schema) -> Schema:
    """A schema with its reference followed and a lone ``allOf`` or ``anyOf`` unwrapped, outer keys winning."""
    outer = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return {**resolved(target, root), **outer}
    if len(schema.get("allOf", ())) == 1:
        return {**resolved(schema["allOf"][0], root), **outer}
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(options) == 1:
        outer = {key: value for key, value in outer.items() if key != "anyOf"}
        return {**resolved(options[0], root), **outer, "nullable": True}
    return outer


def control_of(name: str, schema: Schema, root: Schema) -> Control:
    """The control for one property; what no control fits is written as JSON."""
    if schema.get("writeOnly") or schema.get("format") == "password":
        return Control.SECRET
    if "enum" in schema or "const" in schema:
        return Control.CHOICE
    match schema.get("type"):
        case "string":
            shapes = {"date": Control.DATE, "date-time": Control.TIME}
            long = name in LONG_NAMES or (schema.get("maxLength", 0) > 4000 and "url" not in name)
            return shapes.get(schema.get("format", ""), Control.LONG if long else Control.TEXT)
        case "integer" | "number":
            return Control.NUMBER
        case "boolean":
            return Control.CHOICE if schema.get("nullable") else Control.YES_NO
        case "array":
            items = resolved(schema.get("items", {}), root)
            if "enum" in items:
                return Control.CHOICES
            if items.get("type") in PLAIN:
                return Control.LINES
            return Control.ROWS if items.get("properties") else Control.JSON
        case "object" if schema.get("properties"):
            return Control.GROUP
        case "object" if kind_of_values(schema, root):
            return Control.PAIRS
        case _:
            return Control.JSON


def kind_of_values(schema: Schema, root: Schema) -> str:
    """The type of every value in an object of any names, empty when they are not all of one plain type."""
    patterns = list(schema.get("patternProperties", {}).values())
    inner = patterns[0] if len(patterns) == 1 else schema.get("additionalProperties")
    kind = resolved(inner, root).get("type") if isinstance(inner, dict) else None
    return str(kind) if kind in PLAIN else ""


def label_of(name: str, schema: Schema) -> str:
    """The schema's own title, or the name in words (pydantic's made-up titles are only the name again)."""
    title = str(schema.get("title", ""))
    made_up = title in ("", name.replace("_", " ").title()) or schema.get("type") == "object"
    if not made_up:
        return title
    stem, _, unit = name.rpartition("_")
    text = f"{stem} ({UNITS[unit]})" if stem and unit in UNITS else name
    words = [SPELLED.get(word, word) for word in text.replace("_", " ").split(" ")]
    return words[0][:1].upper() + " ".join(words)[1:]


def shown(control: Control, value: Any) -> Any:
    """A value as its control shows it."""
    if value is None or (control is Control.JSON and value in ({}, [])):
        return [] if control is Control.CHOICES else ""
    if control is Control.LINES and isinstance(value, list):
        return "\n".join(str(one) for one in value)
    if control is Control.PAIRS and isinstance(value, Mapping):
        return "\n".join(f"{name}: {one}" for name, one in value.items())
    if control is Control.JSON and not isinstance(value, str):
        return json.dumps(value, indent=2, ensure_ascii=False)
    if control is Control.SECRET:
        return ""
    if control is Control.CHOICE and isinstance(value, bool):
        return "true" if value else "false"
    return value


def fields_of(
    schema: Schema,
    *,
    values: Mapping[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
    prefix: str = "",
    root: Schema | None = None,
) -> tuple[Field, ...]:
    """The fields of an object's schema, required ones first. Names are dotted paths: ``input.options.days``.

    ``values`` are what to fill in (what was typed before, else the defaults); ``problems`` maps dotted paths, without
    the prefix of the whole form, to what was wrong.
    """
    root = schema if root is None else root
    wanted = schema.get("required", ())
    found = [
        field_of(
            name,
            resolved(part, root),
            given=(values or {}).get(name),
            problems=problems_below(problems, name),
            path=f"{prefix}{name}",
            required=name in wanted,
            root=root,
        )
        for name, part in schema.get("properties", {}).items()
    ]
    return tuple(sorted(found, key=lambda field: not field.required))


def told_apart(fields: tuple[Field, ...], form: str) -> tuple[Field, ...]:
    """The fields with ids of their own form."""
    return tuple(
        replace(
            one, form=form, fields=told_apart(one.fields, form), rows=tuple(told_apart(row, form) for row in one.rows)
        )
        for one in fields
    )


def field_of(
    name: str, schema: Schema, *, given: Any, problems: dict[str, str], path: str, required: bool, root: Schema
) -> Field:
    """One property's field."""
    control = control_of(name, schema, root)
    value = schema.get("default") if given is None else given
    plain = Field(
        name=path,
        label=label_of(name, schema),
        control=control,
        required=required and not schema.get("nullable"),
        help=str(schema.get("description", "")),
    )
    if control is Control.GROUP:
        inner = value if isinstance(value, Mapping) else None
        fields = fields_of(schema, values=inner, problems=problems, prefix=f"{path}.", root=root)
        return replace(plain, fields=fields, problem=problems.get(""))
    if control is Control.ROWS:
        rows = rows_of(resolved(schema["items"], root), value, problems=problems, path=path, root=root)
        return replace(plain, rows=rows, problem=problems.get(""))
    return replace(
        plain,
        value=shown(control, value),
        choices=choices_of(control, schema, root),
        problem=first(problems),
        minimum=schema.get("minimum", schema.get("exclusiveMinimum")),
        maximum=schema.get("maximum"),
        step="1" if schema.get("type") == "integer" else "any",
        max_length=schema.get("maxLength"),
        placeholder=example(schema),
    )


def rows_of(
    schema: Schema, value: Any, *, problems: dict[str, str], path: str, root: Schema
) -> tuple[tuple[Field, ...], ...]:
    """The groups of a list, and an empty one for another; ``value`` is a list, or what was typed by its place."""
    given = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    found = []
    for place, one in enumerate([*given, {}]):
        inner = one if isinstance(one, Mapping) else {}
        below = problems_below(problems, str(place))
        fields = fields_of(schema, values=inner, problems=below, prefix=f"{path}.{place}.", root=root)
        found.append(fields if place < len(given) else tuple(replace(field, required=False) for field in fields))
    return tuple(found)


def choices_of(control: Control, schema: Schema, root: Schema) -> tuple[str, ...]:
    """What can be chosen."""
    if control is Control.CHOICES:
        return tuple(str(one) for one in resolved(schema["items"], root)["enum"])
    if control is Control.CHOICE and schema.get("type") == "boolean":
        return ("true", "false")
    return tuple(str(one) for one in schema.get("enum") or ([schema["const"]] if "const" in schema else []))


def example(schema: Schema) -> str:
    """The schema's first example, as a hint in an empty field."""
    examples = schema.get("examples") or []
    return str(examples[0]) if examples and isinstance(examples[0], str | int | float) else ""


def problems_below(problems: Mapping[str, str] | None, name: str) -> dict[str, str]:
    """What was wrong with a field (under the empty path) and with what is inside it."""
    inner = {}
    for path, problem in (problems or {}).items():
        head, _, rest = path.partition(".")
        if head == name:
            inner[rest] = problem
    return inner


def first(problems: Mapping[str, str]) -> str | None:
    """Any one of the problems, with where it is: enough for a control that shows a whole list or object."""
    for path, problem in problems.items():
        return f"{path}: {problem}" if path else problem
    return None


def nested(flat: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """``{"input.a.b": 1}`` below ``input.`` as ``{"a": {"b": 1}}``."""
    found: dict[str, Any] = {}
    for name, value in flat.items():
        if name.startswith(prefix):
            *groups, last = name.removeprefix(prefix).split(".")
            inner = found
            for part in groups:
                inner = inner.setdefault(part, {})
                if not isinstance(inner, dict):
                    break
            else:
                inner[last] = value
    return found
