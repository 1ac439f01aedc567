"""policy.yaml: reading the owner's rules, and saying everything that is wrong with them at once."""

import re
from datetime import time, timedelta
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Effect
from hydra_lab.kernel.policy.match import Patterns, Windows
from hydra_lab.kernel.policy.model import ActorKind, Mode, Verdict
from hydra_lab.kernel.policy.rules import Rule

LARGEST = 1 << 20
SPAN = re.compile(r"^(\d+(?:\.\d+)?)\s*(m|min|h|d)$")
UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
WINDOW = re.compile(r"^(\d\d:\d\d)-(\d\d:\d\d)$")
Night = tuple[time, time]


def several(value: Any) -> Any:
    """One word stands for a list of one."""
    return [value] if isinstance(value, str) else value


def spanned(value: Any) -> Any:
    """``90m``, ``12h`` or ``3d`` as a duration."""
    found = SPAN.match(value) if isinstance(value, str) else None
    if not found:
        raise ValueError("a duration is written 90m, 12h or 3d")
    return timedelta(**{UNITS[found[2]]: float(found[1])})


Words = Annotated[tuple[str, ...], BeforeValidator(several), Field(min_length=1)]


class Written(BaseModel):
    """One rule as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = Field(None, max_length=120)
    operation: Words | None = None
    target: Words | None = None
    effect: Annotated[tuple[Effect, ...], BeforeValidator(several)] | None = None
    actor: Words | None = None
    mode: Annotated[tuple[Mode, ...], BeforeValidator(several)] | None = None
    hours: Words | None = None
    then: Verdict
    reason: str | None = Field(None, max_length=500)
    lapse: Annotated[timedelta, BeforeValidator(spanned)] | None = None
    default: bool = False

    @field_validator("actor")
    @classmethod
    def actors_are_known(cls, actors: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Each actor is a kind, or a kind and a name's pattern: ``agent:claude-*``."""
        kinds = [kind.value for kind in ActorKind]
        for actor in actors or ():
            if actor.partition(":")[0] not in kinds:
                raise ValueError(f"{actor!r} is no actor; there are {', '.join(kinds)}, and agent:its-name")
        return actors

    @field_validator("hours")
    @classmethod
    def hours_are_windows(cls, hours: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Each is ``overnight`` or two times."""
        for window in hours or ():
            window_of(window, (time(), time()))
        return hours


class Document(BaseModel):
    """The file as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: int = Field(1, ge=1, le=1)
    rules: tuple[Written, ...] = ()


def read_rules(text: str, night: Night) -> tuple[Rule, ...]:
    """The rules in a file's text; ``night`` is what ``overnight`` means.

    Raises ``Invalid`` that lists every mistake.
    """
    if len(text) > LARGEST:
        raise Invalid("policy.yaml is larger than 1 MiB.", fix="Shorten it.")
    try:
        document = Document.model_validate(yaml.safe_load(text) or {})
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problems = complaints(error)
        first = f"{problems[0]['field']}: {problems[0]['problem']}"
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise Invalid(
            f"policy.yaml cannot be read: {first}{more}.", problems=problems,
            fix="A rule has `then: allow`, `ask` or `deny`, and any of operation, target, effect, actor, mode, hours.",
        ) from error  # fmt: skip
    return tuple(compiled(one, number, night) for number, one in enumerate(document.rules, start=1))


def complaints(error: Exception) -> list[dict[str, str]]:
    """Every mistake as ``{field, problem}``."""
    if isinstance(error, ValidationError):
        return [
            {
                "field": ".".join(str(part) for part in one["loc"]) or "(file)",
                "problem": one["msg"].removeprefix("Value error, "),
            }
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}" if mark else "(file)"
    return [{"field": where, "problem": str(getattr(error, "problem", None) or type(error).__name__)}]


def compiled(one: Written, number: int, night: Night) -> Rule:
    """A written rule, ready to match."""
    label = f"policy.yaml:{number}" + (f" {one.name}" if one.name else "")
    words = {Verdict.ALLOW: "allows it", Verdict.ASK: "asks first", Verdict.DENY: "forbids it"}
    return Rule(
        name=label,
        verdict=one.then,
        reason=one.reason or f"rule {number} of policy.yaml {words[one.then]}",
        operations=Patterns(one.operation) if one.operation else None,
        targets=Patterns(one.target) if one.target else None,
        effects=frozenset(one.effect) if one.effect else None,
        actors=Patterns(one.actor) if one.actor else None,
        modes=frozenset(one.mode) if one.mode else None,
        hours=Windows(window_of(window, night) for window in one.hours) if one.hours else None,
        lapse=one.lapse,
        default_yes=one.default and one.then is Verdict.ASK,  # where nobody is asked nothing can lapse
    )


def window_of(text: str, night: Night) -> Night:
    """A window's two times. Raises ``ValueError`` for anything else."""
    if text == "overnight":
        return night
    found = WINDOW.match(text)
    if not found:
        raise ValueError(f"{text!r} is no window; write 22:00-07:00 or overnight")
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])
