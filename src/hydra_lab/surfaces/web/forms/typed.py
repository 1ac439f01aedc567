"""What a form sent, as an operation's input: strings become the types its schema asks for."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from hydra_lab.surfaces.web.forms.fields import Control, Schema, control_of, kind_of_values, nested, resolved

Sent = Mapping[str, Sequence[str]]


def typed(
    schema: Schema, sent: Sent, *, zone: tzinfo = UTC, prefix: str = "", root: Schema | None = None
) -> dict[str, Any]:
    """The input a form stands for. Fields left empty are left out, so that defaults apply and nothing is invented.

    Times without an offset are in ``zone``. What cannot be turned into its type stays as it was typed: the
    operation's own check then says what is wrong.
    """
    root = schema if root is None else root
    found: dict[str, Any] = {}
    for name, part in schema.get("properties", {}).items():
        one = resolved(part, root)
        control = control_of(name, one, root)
        path = f"{prefix}{name}"
        if control is Control.GROUP:
            inner = typed(one, sent, zone=zone, prefix=f"{path}.", root=root)
            if inner:
                found[name] = inner
        elif control is Control.ROWS:
            rows = rows_typed(resolved(one["items"], root), sent, zone=zone, prefix=f"{path}.", root=root)
            if rows:
                found[name] = rows
        elif control is Control.JSON and path not in sent:
            loose = untyped(sent, f"{path}.")
            if loose:
                found[name] = loose
        elif path in sent.get("_lines", ()):
            found[name] = lines(sent.get(path, ()))
        elif path in sent:
            value = value_of(control, one, list(sent[path]), root, zone)
            if value is not None:
                found[name] = value
    return found


def rows_typed(schema: Schema, sent: Sent, *, zone: tzinfo, prefix: str, root: Schema) -> list[dict[str, Any]]:
    """The groups of a list that somebody filled in: those with a field that is required, where any is."""
    places = {name.removeprefix(prefix).partition(".")[0] for name in sent if name.startswith(prefix)}
    wanted = set(schema.get("required", ()))
    rows = [
        typed(schema, sent, zone=zone, prefix=f"{prefix}{place}.", root=root)
        for place in sorted((one for one in places if one.isdigit()), key=int)
    ]
    return [row for row in rows if (wanted & row.keys() if wanted else row)]


def value_of(control: Control, schema: Schema, sent: list[str], root: Schema, zone: tzinfo) -> Any:
    """One field's value, ``None`` when it was left empty."""
    match control:
        case Control.CHOICES:
            return [one for one in sent if one]
        case Control.YES_NO:
            return scalar("boolean", sent[-1]) if sent else None
        case Control.LINES:
            kind = str(resolved(schema.get("items", {}), root).get("type", "string"))
            return [scalar(kind, line) for line in lines(sent)] or None
        case Control.PAIRS:
            return paired(sent, kind_of_values(schema, root))
        case Control.JSON:
            text = sent[-1].strip() if sent else ""
            return parsed(text) if text else None
        case Control.LONG:
            return sent[-1] if sent and sent[-1].strip() else None
        case Control.TIME:
            return placed(sent[-1].strip(), zone) if sent and sent[-1].strip() else None
        case _:
            text = sent[-1].strip() if sent else ""
            return scalar(str(schema.get("type", "string")), text) if text else None


def lines(sent: Sequence[str]) -> list[str]:
    """The lines of a text that have something on them."""
    return [line.strip() for text in sent for line in text.splitlines() if line.strip()]


def paired(sent: Sequence[str], kind: str) -> Any:
    """Lines of ``name: value`` as an object; the text itself where a line is none, so that it is told what is wrong."""
    found = {}
    for line in lines(sent):
        name, colon, value = line.partition(":")
        if not colon:
            return "\n".join(sent)
        found[name.strip()] = scalar(kind, value.strip())
    return found or None


def untyped(sent: Sent, prefix: str) -> dict[str, Any]:
    """What was sent below a name whose schema does not say what is in it: texts, as they are.

    ``_lines`` names fields with one entry per line; ``_empty`` those that mean ``null`` when left empty, where others
    are left out.
    """
    flat: dict[str, Any] = {}
    for name, values in sent.items():
        if not name.startswith(prefix):
            continue
        if name in sent.get("_lines", ()):
            flat[name] = lines(values)
        elif values and values[-1].strip():
            flat[name] = values[-1].strip()
        elif name in sent.get("_empty", ()):
            flat[name] = None
    return nested(flat, prefix)


def scalar(kind: str, text: str) -> Any:
    """A word as a number or a yes or no where that is wanted, unchanged where it is not one."""
    match kind:
        case "boolean":
            return {"true": True, "false": False}.get(text.lower(), text)
        case "integer" | "number":
            try:
                return int(text) if kind == "integer" else float(text)
            except ValueError:
                return text
        case _:
            return text


def parsed(text: str) -> Any:
    """JSON as data, unchanged where it is not JSON."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def placed(text: str, zone: tzinfo) -> str:
    """A time as a form sends it (``2025-12-19T14:00``) with the offset it has in a time zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()
