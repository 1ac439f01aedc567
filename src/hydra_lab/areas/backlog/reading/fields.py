"""Bold fields of an item: ``**Priority:** HIGH | **Effort:** 30 min``, and what their values mean."""

import json
import re
import shlex
from math import isfinite
from typing import Any

from hydra_lab.areas.backlog.model import Route, RunField

FIELD = re.compile(r"\*\*([^*:\n]{1,60})(?::[ \t]?\*\*|\*\*[ \t]?:)")
BLOCKED = re.compile(r"(?:BLOCKED\b|(?=WAIT(?:S|ING)[ \t]+(?:FOR|ON)\b))(?:[ \t]*\(([^)]*)|(.*))", re.IGNORECASE)
NEEDS = re.compile(
    r"[\s:;,.–—-]*(?:(?:needs?|requires?|wait(?:s|ing)? (?:for|on)|pending|by|on|until)\b)?[\s:]*", re.IGNORECASE
)
SHELVED = re.compile(
    r"(?:CANCEL|DROPPED|DEFER|POSTPON|ON[ \t-]?HOLD|PARKED|SHELVED|PAUSED|SKIP|OBSOLETE|ABANDON|REJECT|SUPERSEDE"
    r"|WON['’]?T|WILL[ \t]NOT|NOT[ \t]DOING|GIVEN[ \t]UP)",
    re.IGNORECASE,
)
OPEN = re.compile(
    r"(?:OPEN|TO[ \t-]?DO|PLANNED|NEW|NEXT|READY|NOT[ \t](?:STARTED|DONE)|IN[ \t-]PROGRESS|WIP|STARTED|ACTIVE|ONGOING"
    r"|PENDING|QUEUED|HELD|RUNNING|FAILED|PARTIAL|BACKLOG|IDEA|UNBLOCKED)",
    re.IGNORECASE,
)
AROUND = re.compile(r"[\s~≈<>+,.()]*(?:(?:and|about|approx|around|up to|or so|total)[\s~,.()]*)*")
AMOUNT = re.compile(
    r"(\d{1,5}(?:\.\d{1,3})?)(?:[ \t]*[-–][ \t]*(\d{1,5}(?:\.\d{1,3})?))?[ \t]*"
    r"(minutes?|mins?|m|hours?|hrs?|h)(?![a-z])",
    re.IGNORECASE,
)
ROUTE = re.compile(r"`?[ \t]*(GET|POST|PUT|PATCH|DELETE)[ \t]+(/[^\s`?#]*)([^\s`{]*)[ \t]*(\{[^`]*\})?[ \t]*`?(.*)$")
PRIORITIES = {
    "critical": "critical", "urgent": "critical", "p0": "critical", "highest": "critical",
    "high": "high", "p1": "high",
    "medium": "medium", "normal": "medium", "moderate": "medium", "p2": "medium",
    "low": "low", "p3": "low", "lowest": "low",
}  # fmt: skip

DONE = ("IMPLEMENTED", "COMPLETE", "DONE", "FINISHED")  # a status that begins so says that it was done

# Other words for the same field; "Current …" and "Hydra" are looked at apart.
NAMES = {
    "priority": "priority", "effort": "effort", "estimate": "effort", "time": "effort", "impact": "impact",
    "problem": "problem", "issue": "problem", "location": "location", "file": "location", "files": "location",
    "task": "task", "tasks": "task", "to do": "task", "topic": "topic", "command": "command",
    "endpoint": "endpoints", "endpoints": "endpoints", "run": "run", "status": "status", "window": "window",
    "completed": "completed", "note": "notes", "notes": "notes", "hydra": "hydra",
}  # fmt: skip


def split_fields(text: str) -> list[tuple[str, str]]:
    """``[("Priority", "HIGH"), ("Effort", "30 min")]`` of a line of fields; empty for any other line."""
    if not text.startswith("**"):
        return []
    found = [
        match
        for match in FIELD.finditer(text)
        if match.start() == 0 or text[max(0, match.start() - 20) : match.start()].rstrip().endswith("|")
    ]
    if not found or found[0].start() != 0:
        return []
    ends = [match.start() for match in found[1:]] + [len(text)]
    pairs = []
    for match, end in zip(found, ends, strict=True):
        value = text[match.end() : end].strip()
        pairs.append((match[1].strip(), value.removesuffix("|").rstrip() if end < len(text) else value))
    return pairs


def priority(text: str) -> str | None:
    """``critical``, ``high``, ``medium`` or ``low``; ``None`` for a word that is none of them."""
    word = re.match(r"[A-Za-z0-9]+", text.strip())
    return PRIORITIES.get(word[0].lower()) if word else None


def blocked_on(text: str) -> str | None:
    """What ``BLOCKED (needs webhook URL)`` or ``waiting for a disk`` waits for; ``""`` where it does not say."""
    match = BLOCKED.match(bare(text))
    return NEEDS.sub("", match[1] or match[2] or "", count=1).strip().rstrip(".?!") if match else None


def shelved(text: str) -> bool:
    """Whether a status says that nobody wants it done, now or ever: ``CANCELLED``, ``deferred to spring``."""
    return bool(SHELVED.match(bare(text)))


def is_status(text: str) -> bool:
    """Whether a status is one that Hydra knows."""
    word = bare(text)
    return bool(word.upper().startswith(DONE) or OPEN.match(word) or shelved(text)) or blocked_on(text) is not None


def bare(text: str) -> str:
    """A value without the marks before and behind it."""
    return text.strip().strip("*_`~✅✔☑❌⏳🚧🚫⛔\ufe0f ")


def minutes(text: str) -> int | None:
    """Minutes of ``30 min``, ``1.5 hr``, ``1h 30m`` or ``1-2 hr`` (the longer); ``None`` for anything else.

    ``Ongoing`` and ``Research task`` have no length, and a day has no agreed one.
    """
    found = list(AMOUNT.finditer(text[:200]))
    rest = AMOUNT.sub("", text[:200]).lower()
    if not found or not AROUND.fullmatch(rest):
        return None
    total = sum(float(one[2] or one[1]) * (60 if one[3][0] in "hH" else 1) for one in found)
    return round(total) or None


def route(text: str) -> Route | None:
    """The call in ``GET /models/loaded`` (in backticks or not), with what is said after it and its JSON body."""
    match = ROUTE.match(text.strip())
    if not match:
        return None
    body = json_object(match[4]) if match[4] else None
    return Route(method=match[1], path=match[2], text=match[5].strip().lstrip("-–—:").strip(), body=body)


def run_field(text: str) -> RunField:
    """``maintenance.run {"action": "backup"}`` or ``maintenance.run action=backup``: an operation and its input."""
    plain = text.strip()
    if plain.startswith("`") and plain.endswith("`") and len(plain) > 1:
        plain = plain.strip("`").strip()
    name, _, rest = plain.partition(" ")
    name, rest = name.strip("`"), rest.strip().strip("`").strip()
    if not re.fullmatch(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+", name):
        return RunField(operation=name[:100], problem="it does not begin with an operation, like maintenance.run")
    if not rest:
        return RunField(operation=name)
    if rest.startswith("{"):
        given = json_object(rest)
        problem = "its input is no JSON object" if given is None else None
        return RunField(operation=name, input=given or {}, problem=problem)
    try:
        return RunField(operation=name, input=assignments(rest))
    except ValueError as error:
        return RunField(operation=name, problem=str(error))


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object in ``text``; ``None`` for anything else, or one too deep to read."""
    try:
        value = strict_json(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def strict_json(text: str) -> Any:
    """A value of RFC 8259: Python's own NaN and Infinity are refused, written out or by a number too large."""

    def finite(word: str) -> float:
        number = float(word)
        if not isfinite(number):
            raise ValueError(f"{word} is no number of JSON")
        return number

    return json.loads(text, parse_constant=finite, parse_float=finite)


def assignments(text: str) -> dict[str, Any]:
    """``{"action": "backup", "keep": 3}`` of ``action=backup keep=3``; raises ``ValueError`` in a person's words.

    A value is read as JSON where it is JSON, as text otherwise; ``a.b=1`` sets ``b`` inside ``a``.
    """
    try:
        parts = shlex.split(text[:20_000])
    except ValueError as error:
        raise ValueError("a quotation mark in its input is never closed") from error
    values: dict[str, Any] = {}
    for part in parts:
        name, equals, raw = part.partition("=")
        if not equals or not re.fullmatch(r"\w+(?:\.\w+)*", name):
            raise ValueError(f"{part[:60]!r} is not of the form name=value")
        *outer, last = name.split(".")[:20]
        target = values
        for step in outer:
            inner = target.setdefault(step, {})
            if not isinstance(inner, dict):
                raise ValueError(f"{name} is set twice in different ways")
            target = inner
        target[last] = plain_value(raw)
    return values


def plain_value(raw: str) -> Any:
    """A JSON value where ``raw`` is one (numbers, true, null, lists), else the text itself."""
    try:
        return strict_json(raw)
    except (ValueError, RecursionError):
        return raw
