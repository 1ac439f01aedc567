"""A trigger as a form has it: conditions as rows of three fields each, and everything else as plain fields."""

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from pydantic import Field, ValidationError

from hydra_lab.areas.triggers.measuring.model import Metric
from hydra_lab.areas.triggers.model import EVENT, ID, Start, Trigger, TriggerView, ValueTest, When
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Answer, Effect, Input, operation
from hydra_lab.kernel.work import Priority


class Kind(StrEnum):
    """How a condition looks at its value."""

    IS = "is"
    ONE_OF = "is one of"
    LOOKS_LIKE = "looks like"
    ABOVE = "is above"
    BELOW = "is below"


class Condition(Input):
    """One row: a path, a kind of test, and the value as it is typed."""

    path: str = Field(max_length=200, description="Such as data.body.ref")
    kind: Kind = Kind.IS
    value: str = Field(max_length=400, description="For `is one of`, with commas between")


class Composed(Input):
    """A trigger, field by field."""

    id: str = Field(pattern=ID, description="Its name: lower-case letters, digits and . _ -")
    event: str | None = Field(
        default=None, pattern=EVENT, description="The name of what happens, such as `disk.low`; `hooks.*` takes all"
    )
    subject: str | None = Field(default=None, max_length=200, description="What it is about; `*` stands for anything")
    query: str | None = Field(
        default=None, max_length=2000, description="A measurement in PromQL, in place of an event"
    )
    above: float | None = Field(default=None, allow_inf_nan=False, description="Starts when a value is above this")
    below: float | None = Field(default=None, allow_inf_nan=False, description="Starts when a value is below this")
    for_minutes: float = Field(default=0, ge=0, le=1440, description="How long a value must have been so, in minutes")
    every_s: float = Field(default=30, ge=5, le=3600, description="Seconds between two looks")
    conditions: list[Condition] = Field(default_factory=list, max_length=20)
    operation: str
    input: dict[str, Any] = Field(default_factory=dict)
    title: str | None = Field(default=None, max_length=300, description="What its work is called")
    priority: Priority = Priority.MEDIUM
    window: str | None = Field(default=None, max_length=40, description="When it may run, such as `overnight`")
    lane: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]{1,64}$")
    cooldown_minutes: float = Field(default=0, ge=0, le=525_600, description="Pause after it has started something")
    once_per: str | None = Field(
        default=None, max_length=200, description="Start work once for each, such as `{{ data.body.after }}`"
    )
    most_an_hour: int = Field(default=20, ge=1, le=1000, description="A guard against storms")
    dry_run: bool = Field(default=False, description="Only say what it would start")
    paused: bool = False


@operation("triggers.compose", effect=Effect.WRITE, path="POST /triggers/{id}/compose", subject="id", scope="admin",
           queueable=False, status=201)  # fmt: skip
def compose(ctx: Context, input: Composed) -> Answer[TriggerView]:
    """Set a trigger whose conditions are given as rows, as the form does."""
    try:
        trigger = Trigger(
            when=when_of(input),
            start=Start(
                operation=input.operation, input=input.input, title=input.title, priority=input.priority,
                window=input.window, lane=input.lane,
            ),
            **input.model_dump(include={"cooldown_minutes", "once_per", "most_an_hour", "dry_run", "paused"}),
        )  # fmt: skip
    except ValidationError as error:  # a pattern that is too long is the only thing its own fields do not say
        raise wrong([(f"conditions.{len(input.conditions) - 1}.value", str(error.errors()[0]["msg"]))]) from error
    try:
        answer: Answer[TriggerView] = ctx.call("triggers.set", id=input.id, **trigger.model_dump(mode="json"))
    except Invalid as error:
        rows = {f"when.where.{row.path}": f"conditions.{number}.path" for number, row in enumerate(input.conditions)}
        problems = error.data.get("problems", [])
        found = [(rows.get(one["field"], one["field"].removeprefix("start.")), one["problem"]) for one in problems]
        short = [(field.removeprefix("when.").removeprefix("metric."), problem) for field, problem in found]
        raise wrong(short) from error
    return answer


def when_of(input: Composed) -> When:
    """What it waits for. Raises ``Invalid`` that names the field."""
    where = where_of(input.conditions)
    if input.query is None and input.event is None:
        raise wrong([("event", "is needed, or a query of a measurement")])
    if input.query is None:
        return When(event=input.event or "", subject=input.subject, where=where)
    if input.event or input.subject:
        raise wrong([("query", "cannot stand beside an event; a trigger waits for one of the two")])
    if input.above is None and input.below is None:
        raise wrong([("above", "a limit is needed, here or below")])
    limits = input.model_dump(include={"query", "above", "below", "for_minutes", "every_s"})
    return When(metric=Metric.model_validate(limits), where=where)


def wrong(problems: list[tuple[str, str]]) -> Invalid:
    """The error of fields that are wrong."""
    return Invalid(
        "This trigger could not work as it is.", fix="What is wrong stands at each field.",
        problems=[{"field": field, "problem": problem} for field, problem in problems],
    )  # fmt: skip


def where_of(rows: Sequence[Condition]) -> dict[str, Any]:
    """Conditions as a trigger has them. Raises ``Invalid`` that names the row."""
    found: dict[str, Any] = {}
    for number, row in enumerate(rows):
        value = tested(row, number)
        before = found.get(row.path)
        if before is None:
            found[row.path] = value
        elif isinstance(before, ValueTest) and isinstance(value, ValueTest):
            given = before.model_dump(exclude_none=True)
            if given.keys() & value.model_dump(exclude_none=True).keys():
                raise wrong([(f"conditions.{number}.path", f"{row.path} has such a condition already")])
            found[row.path] = before.model_copy(update=value.model_dump(exclude_none=True))
        else:
            raise wrong([(f"conditions.{number}.path", f"{row.path} has a condition already; use “is one of”")])
    return found


def tested(row: Condition, number: int) -> Any:
    """One row as a test of its value."""
    text = row.value.strip()
    match row.kind:
        case Kind.IS:
            return meant(text)
        case Kind.ONE_OF:
            return [one for part in text.split(",") if part.strip() for one in meant(part.strip())]
        case Kind.LOOKS_LIKE:
            return ValueTest(matches=text)
    try:
        limit = float(text)
    except ValueError:
        raise wrong([(f"conditions.{number}.value", "is no number")]) from None
    return ValueTest(above=limit) if row.kind is Kind.ABOVE else ValueTest(below=limit)


def meant(text: str) -> list[Any]:
    """What a word may stand for: itself, and the number or the yes or no it spells."""
    try:
        value = json.loads(text)
    except ValueError:
        return [text]
    return [text] if isinstance(value, dict | list | str) else [value, text]


def rows_of(when: When) -> Iterator[dict[str, str]]:
    """A trigger's conditions as the form shows them."""
    for path, test in when.where.items():
        if isinstance(test, ValueTest):
            limits = ((Kind.LOOKS_LIKE, test.matches), (Kind.ABOVE, test.above), (Kind.BELOW, test.below))
            for kind, limit in limits:
                if limit is not None:
                    yield {"path": path, "kind": kind, "value": f"{limit:g}" if isinstance(limit, float) else limit}
        else:
            values = test if isinstance(test, list) else [test]
            words = list(dict.fromkeys(one if isinstance(one, str) else json.dumps(one) for one in values))
            yield {"path": path, "kind": Kind.ONE_OF if len(words) > 1 else Kind.IS, "value": ", ".join(words)}
