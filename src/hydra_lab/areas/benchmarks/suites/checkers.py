"""Whether an answer is right: exactly, by a pattern, as a number, as JSON of a shape, as code, or by a judge."""

import json
import math
import re
from typing import Any, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from hydra_lab.areas.benchmarks.judges.model import Rubric
from hydra_lab.areas.benchmarks.suites.sandbox import passes
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Input, Output

CHECKERS = ("exact", "regex", "number", "schema", "code", "judge")
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?")
FENCED = re.compile(r"```[\w+-]*\n(.*?)```", re.DOTALL)
THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
LONGEST = 20_000  # characters of an answer that are looked at
FIX = "See the suite's own cases for how they are written: `hydra benchmarks suites`."


class Case(Input):
    """A question, and the one checker that its answer must satisfy."""

    name: str = Field(min_length=1, max_length=80)
    group: str = Field(default="cases", min_length=1, max_length=80)
    ask: str = Field(min_length=1, max_length=20_000)
    exact: str | None = Field(default=None, description="The answer; case, surrounding blanks and a full stop are free")
    regex: str | None = Field(default=None, max_length=500, description="A pattern that is found in it")
    number: float | None = Field(default=None, description="The last number in it")
    tolerance: float = Field(default=0, ge=0, description="How far that number may be off")
    json_schema: dict[str, Any] | None = Field(default=None, alias="schema", description="JSON Schema of its JSON")
    code: str | None = Field(default=None, max_length=20_000, description="A test that its Python code must pass")
    judge: Rubric | None = Field(default=None, description="What a judge model decides it by")

    @model_validator(mode="after")
    def one_checker(self) -> Self:
        """Exactly one, and one that can be used."""
        given = [self.exact, self.regex, self.number, self.json_schema, self.code, self.judge]
        if sum(one is not None for one in given) != 1:
            raise ValueError(f"say exactly one of {', '.join(CHECKERS)}")
        try:
            re.compile(self.regex or "")
            validator(self.json_schema or {})
        except Exception as error:
            raise ValueError(f"its checker cannot be used: {error}") from error
        return self


class Checked(Output):
    """What came of one answer. ``right`` is ``null`` where it could not be looked at, and ``why`` says so."""

    right: bool | None
    why: str = ""


def cases_in(text: str) -> list[Case]:
    """Cases written as YAML. Raises ``Invalid`` that lists everything wrong."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Invalid(f"The cases are no YAML: {error}", fix=FIX) from error
    if not isinstance(found, list) or not found:
        raise Invalid("The cases are no list.", fix=FIX)
    cases, wrong = [], []
    for place, one in enumerate(found, 1):
        try:
            cases.append(Case.model_validate(one))
        except ValidationError as error:
            wrong += [f"case {place}: {'.'.join(map(str, each['loc']))} {each['msg']}" for each in error.errors()]
    names = [(one.group, one.name) for one in cases]
    wrong += [f"{name} is there twice in {group}" for group, name in set(names) if names.count((group, name)) > 1]
    if wrong:
        raise Invalid(f"The cases are wrong: {'; '.join(wrong[:5])}.", fix=FIX)
    return cases


def checked(case: Case, answer: str) -> Checked:
    """Whether an answer is right. What a model thought aloud is no part of it."""
    text = THOUGHT.sub("", answer).strip()[:LONGEST]
    if case.exact is not None:
        return Checked(right=plain(text) == plain(case.exact))
    if case.regex is not None:
        return Checked(right=re.search(case.regex, text) is not None)
    if case.number is not None:
        found = NUMBER.findall(text)
        if not found:
            return Checked(right=False, why="there is no number in it")
        value = float(found[-1].replace(",", ""))
        return Checked(right=math.isclose(value, case.number, rel_tol=1e-9, abs_tol=case.tolerance))
    if case.json_schema is not None:
        return of_shape(case.json_schema, unfenced(text))
    match passes(f"{unfenced(text)}\n{case.code}"):
        case "passed":
            return Checked(right=True)
        case "no sandbox":
            return Checked(right=None, why="code cannot be shut in on this machine, so it was not run")
        case outcome:
            return Checked(right=False, why=outcome)


def of_shape(schema: dict[str, Any], text: str) -> Checked:
    """Whether a text is JSON that a schema allows."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Checked(right=False, why="it is no JSON")
    problem = next(iter(validator(schema).iter_errors(value)), None)
    return Checked(right=problem is None, why="" if problem is None else str(problem.message)[:200])


def validator(schema: dict[str, Any]) -> Any:
    """What checks a schema; it fetches nothing. Raises where the schema is none."""
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def unfenced(text: str) -> str:
    """What stands in an answer's block of code, or the answer itself."""
    found = FENCED.search(text)
    return found[1] if found else text


def plain(text: str) -> str:
    """A text without what does not matter."""
    return text.strip().strip("\"'`*.").strip().casefold()
