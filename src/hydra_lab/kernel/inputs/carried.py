"""Work inside of an input: an operation and its own input, wherever in what was given they stand."""

import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

from hydra_lab.kernel.operation import Input


def carried(model: type[Input], given: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each piece of work in what was given for a model: the path before its fields, its operation and its input.

    What was given may be wrong in any way.
    """
    if not isinstance(given, dict):
        return
    if model.carries_work:
        yield where, given.get("operation"), given.get("input", {})
    for name, inner in inner_models(model).items():
        value = given.get(name)
        for place, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
            yield from carried(inner, one, f"{where}{name}." if place is None else f"{where}{name}.{place}.")


def carries(model: type[Input]) -> bool:
    """Whether a model is of work, or has such in its fields."""
    return model.carries_work or bool(inner_models(model))


@cache
def inner_models(model: type[Input]) -> dict[str, type[Input]]:
    """The fields of a model that carry work, or that hold a list of what does."""
    found = {}
    for name, field in model.model_fields.items():
        for inner in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, Input) and carries(inner):
                found[name] = inner
    return found
