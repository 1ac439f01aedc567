"""Documents as YAML, of which JSON is a part: read into what JSON could say, and written."""

import json
from typing import Any

import yaml

from hydra_lab.kernel.errors import Invalid

WIDE = 120


class PlainLoader(yaml.SafeLoader):
    """Reads no aliases, with which a short text can stand for an endless document."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases (*name) are not read; write it out")
        return super().compose_node(parent, index)


def read_document(text: str) -> Any:
    """What a document says, times as text. Raises ``Invalid`` with the place of a mistake."""
    try:
        return json.loads(json.dumps(yaml.load(text, Loader=PlainLoader), default=written_out, allow_nan=False))  # noqa: S506 - it is a safe loader
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        where = f"line {place.line + 1}, column {place.column + 1}" if place else "(document)"
        problem = " ".join(str(getattr(error, "problem", None) or error).split())[:200]
        raise Invalid(
            f"The document cannot be read: {where}: {problem}.",
            problems=[{"field": where, "problem": problem}],
            fix="Write it as YAML or JSON.",
        ) from error


def written_out(value: Any) -> str:
    """A value that JSON has no word for: a date or a time."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raise TypeError(f"{type(value).__name__} has no place in a document")


def write_document(value: Any) -> str:
    """A document as YAML, in the order it has."""
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=WIDE)
    return text
