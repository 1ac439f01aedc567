"""Whether an input's values are of the kinds they should be: what merely could be read as such is wrong."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from pydantic import BaseModel

SPELLED = re.compile(r"\s*[-+]?[\d_.]+(e[-+]?\d+)?\s*|true|false|yes|no|on|off|[tfyn]", re.IGNORECASE)


def unlike(given: Any, typed: Any, where: str = "", *, exact: bool) -> Iterator[dict[str, str]]:
    """Where what was given is of another kind than the value that was made of it.

    Yes and no are no numbers, and a number is no time. A text that spells a number, or yes or no, is one where texts
    are all that can be sent; in JSON (``exact``) it is not.
    """
    if isinstance(typed, BaseModel) and isinstance(given, dict):
        for name in typed.model_fields_set & given.keys():
            yield from unlike(given[name], getattr(typed, name), f"{where}{name}.", exact=exact)
    elif isinstance(typed, dict) and isinstance(given, dict):
        for name in typed.keys() & given.keys():
            yield from unlike(given[name], typed[name], f"{where}{name}.", exact=exact)
    elif isinstance(typed, list | tuple) and isinstance(given, list | tuple) and len(given) == len(typed):
        for place, (one, made) in enumerate(zip(given, typed, strict=True)):
            yield from unlike(one, made, f"{where}{place}.", exact=exact)
    elif problem := problem_of(given, typed, exact=exact):
        yield {"field": where.removesuffix("."), "problem": problem}


def problem_of(given: Any, typed: Any, *, exact: bool) -> str | None:
    """What is wrong with one value, ``None`` where it is of its kind."""
    was, is_ = kind_of(given), kind_of(typed)
    if was == is_ or "other" in (was, is_) or "nothing" in (was, is_):
        return None
    if was == "text" and (is_ == "time" or not exact or not may_spell(given)):
        return None  # of a text that spells none, such as 512m, the model made a number on purpose
    if is_ == "text":
        return None  # the model made a text of it on purpose: by itself it never does
    wanted = {"yes or no": "true or false", "number": "a number", "time": "a text"}[is_]
    sent = {"yes or no": "true or false", "number": "a number", "text": "a text", "time": "a time"}[was]
    return f"must be {wanted}, not {sent}"


def kind_of(value: Any) -> str:
    """What a value is."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes or no"
        case int() | float():
            return "number"
        case str():
            return "text"
        case date() | time() | timedelta():
            return "time"
        case _:
            return "other"


def may_spell(given: Any) -> bool:
    """Whether any text in what was given might be taken for a number, or for yes or no."""
    match given:
        case str():
            return len(given) < 400 and SPELLED.fullmatch(given) is not None
        case dict():
            return any(may_spell(one) for one in given.values())
        case list() | tuple():
            return any(may_spell(one) for one in given)
        case _:
            return False
