"""What is wrong with an input, in words for the one who filled it in."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Operation

Problems = list[dict[str, str]]

# Databases count in 64 bits.
LARGEST = 2**63 - 1
# A longer text is a document, whose reader knows what to make of a NUL; a shorter one may be an id or a name.
LONGEST_NAME = 4096


def problems_of(error: ValidationError, model: type[BaseModel]) -> Problems:
    """Every wrong field that a model found."""
    return [
        {"field": ".".join(str(part) for part in one["loc"]) or "(body)", "problem": said(one, model)}
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def said(error: Any, model: type[BaseModel]) -> str:
    """What is wrong with a field, in words of the one who fills it in; one that does not exist may have been meant
    otherwise."""
    match error["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            known = model.model_fields if len(error["loc"]) == 1 else ()
            near = get_close_matches(str(error["loc"][-1]), known, n=2, cutoff=0.6)
            return f"does not exist; did you mean {' or '.join(near)}?" if near else "does not exist"
        case "too_short" | "too_long":  # of a list, whatever it becomes here
            return "should" + str(error["msg"]).partition(" should")[2].replace(" after validation", "")
        case "tuple_type" | "frozen_set_type" | "set_type":
            return "Input should be a valid list"
        case _:
            return str(error["msg"]).removeprefix("Value error, ")


def unreadable(operation: Operation, problems: Problems) -> Invalid:
    """The error of an input with these problems."""
    fields = ", ".join(dict.fromkeys(one["field"] for one in problems))
    return Invalid(
        f"{operation.name} cannot read its input: {fields}.", problems=problems,
        fix=f"`hydra operations show {operation.name}` lists its fields.",
    )  # fmt: skip


def unstorable(value: Any, where: str = "") -> Iterator[dict[str, str]]:
    """Numbers that no database holds, wherever in an input they are, and NUL characters in ids and names."""
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from unstorable(inner, f"{where}.{name}" if where else str(name))
    elif isinstance(value, list | tuple | set | frozenset):
        for number, inner in enumerate(value):
            yield from unstorable(inner, f"{where}.{number}")
    elif isinstance(value, int) and abs(value) > LARGEST:
        yield {"field": where, "problem": "is a number larger than 64 bits"}
    elif isinstance(value, str) and len(value) <= LONGEST_NAME and "\x00" in value:
        yield {"field": where, "problem": "contains a NUL character"}
