"""Whether a trigger can work at all, as far as that shows before anything has happened."""

from collections.abc import Iterator
from typing import Any

from hydra_lab.areas.triggers.matching import FACTS, MISSING, PART, at
from hydra_lab.areas.triggers.measuring.asking import asked
from hydra_lab.areas.triggers.model import Trigger
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Invalid, NotFound
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.work.window import parse_window

RESERVED = ("new", "starters")  # addresses of their own
Problem = dict[str, str]


def checked(ctx: Context, id: str, trigger: Trigger) -> None:
    """Raise ``Invalid`` that says in each field what is wrong with it."""
    problems = [{"field": "id", "problem": f"cannot be one of {', '.join(RESERVED)}"}] if id in RESERVED else []
    problems += [*wrong_paths(trigger), *wrong_query(ctx, trigger)]
    start = trigger.start
    if start.window:
        try:
            parse_window(start.window, ctx.services.settings.current.overnight)
        except Invalid as error:
            problems.append({"field": "start.window", "problem": f"{error.detail} {error.fix}"})
    try:
        verb = ctx.services.registry.operation(start.operation)
    except NotFound as error:
        problems.append({"field": "start.operation", "problem": f"{error.detail} {error.fix}"})
    else:
        if verb.queueable:
            problems += wrong_input(ctx, verb, start.input)
        else:
            problems.append({"field": "start.operation", "problem": f"{verb.name} answers at once, it cannot be work"})
    if problems:
        raise Invalid(
            f"This trigger could not work as it is: {', '.join(one['field'] for one in problems)}.", problems=problems,
            fix="Mend these; `hydra operations show NAME` lists an operation's fields.",
        )  # fmt: skip


def wrong_paths(trigger: Trigger) -> Iterator[Problem]:
    """Paths that lead nowhere in any event, and braces that are no template."""
    for path in trigger.when.where:
        if not is_path(path):
            yield {"field": f"when.where.{path}", "problem": no_path(path)}
    texts: list[tuple[str, Any]] = [
        ("start.input", trigger.start.input), ("start.title", trigger.start.title), ("once_per", trigger.once_per)
    ]  # fmt: skip
    while texts:
        field, value = texts.pop()
        if isinstance(value, dict | list):
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            texts += [(f"{field}.{name}", one) for name, one in inner]
        elif isinstance(value, str):
            wrong = [path for path in PART.findall(value) if not is_path(path)]
            if wrong:
                yield {"field": field, "problem": no_path(wrong[0])}
            elif "{{" in PART.sub("", value):
                yield {"field": field, "problem": "has {{ without a path and }}, such as {{ data.body.ref }}"}


def wrong_query(ctx: Context, trigger: Trigger) -> Iterator[Problem]:
    """What is wrong with a query, as far as what measures says so now; where it is silent nobody knows."""
    try:
        if trigger.when.metric:
            asked(ctx, trigger.when.metric.query)
    except Invalid as error:
        yield {"field": "when.metric.query", "problem": error.detail}
    except HydraError:
        return


def is_path(path: str) -> bool:
    """Whether some event may have a value there."""
    head, _, rest = path.partition(".")
    return head in FACTS and (head == "data" or not rest)


def no_path(path: str) -> str:
    """What is wrong with a path."""
    return f"no event has {path}; a path is data.… or one of {', '.join(one for one in FACTS if one != 'data')}"


def wrong_input(ctx: Context, verb: Operation, input: dict[str, Any]) -> list[Problem]:
    """What the operation would not take, but for what is made from the event and not known yet."""
    try:
        ctx.services.gate.parse(verb, input)
    except Invalid as error:
        problems: list[Problem] = error.data.get("problems", [])
        return [
            {"field": f"start.input.{one['field']}".removesuffix(".(body)"), "problem": one["problem"]}
            for one in problems
            if not is_open(verb, input, one["field"])
        ]
    return []


def is_open(verb: Operation, input: dict[str, Any], field: str) -> bool:
    """Whether a problem is with a value that only an event gives."""
    if field == "(body)":
        return templated(input)
    head = field.partition(".")[0]
    if head in input and head not in verb.input.model_fields:
        return False
    value = at(input, field)
    # Below a value that is a template as a whole, or beside one in a union, the path does not lead to a value.
    return templated(input.get(head) if value is MISSING else value)


def templated(value: Any) -> bool:
    """Whether any text in a value has a part made from the event."""
    if isinstance(value, dict | list):
        return any(templated(one) for one in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, str) and bool(PART.search(value))
