"""What a request says, gathered from path, query and a body of JSON or YAML into one input."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from starlette.datastructures import QueryParams

from hydra_lab.kernel.documents import read_document
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.inputs.problems import Problems, unreadable
from hydra_lab.kernel.operation import LONGEST_WAIT_S, Input, Kind, Operation
from hydra_lab.surfaces.http import Call

YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
SPELLED: dict[str, TypeAdapter[Any]] = {
    "integer": TypeAdapter(int),
    "number": TypeAdapter(float),
    "boolean": TypeAdapter(bool),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An operation's input as given, not yet checked against its model, and how the caller wants it run."""

    input: dict[str, Any]
    confirm: str | None = None
    wait_s: float | None = None


def gather(operation: Operation, call: Call, parse: Callable[..., Any]) -> Asked:
    """Everything a request says. Raises ``Invalid`` where it says nothing that can be read, or a thing twice.

    ``parse`` is the gate's; it is asked so that every wrong field is told of at once.
    """
    request = call.request
    reads = request.method in ("GET", "HEAD", "DELETE")
    given, problems = body_of(operation, call)
    query, wrong = from_query(request.query_params, operation)
    problems += wrong
    confirm = request.headers.get("x-confirm")
    wait: float | None = None
    fields = operation.input.model_fields
    if "confirm" not in fields:
        confirm = query.pop("confirm", given.pop("confirm", confirm))
    if "wait" not in fields and "wait" in query:
        wait, wrong = seconds(query.pop("wait"))
        problems += wrong
    if "last_event_id" in fields and "last-event-id" in request.headers:
        query["last_event_id"] = request.headers["last-event-id"]  # newer than an address made before a reconnect
    if query and not reads:
        problems += [{"field": name, "problem": "belongs in the JSON body, not in the query"} for name in query]
    for name, value in {**(query if reads else {}), **call.path}.items():
        if name in given and str(given[name]) != value:
            problems.append({"field": name, "problem": "is given twice, with different values"})
        given[name] = read(value, shapes_of(operation.input).get(name, PLAIN))
    if problems:
        raise unreadable(operation, problems + also_wrong(operation, given, parse, problems))
    if confirm is not None and not isinstance(confirm, str):
        confirm = str(confirm)
    return Asked(input=given, confirm=confirm, wait_s=wait)


def also_wrong(operation: Operation, given: dict[str, Any], parse: Callable[..., Any], known: Problems) -> Problems:
    """What the input's model finds wrong beside what is known already."""
    named = {one["field"] for one in known}
    if "(body)" in named:
        return []
    try:
        parse(operation, given, exact=True)
    except Invalid as error:
        return [one for one in error.problems if one["field"] not in named]
    return []


def body_of(operation: Operation, call: Call) -> tuple[dict[str, Any], Problems]:
    """The fields in the JSON body; for a raw endpoint the body and headers as they came."""
    given = as_it_came(operation, call)
    if "body" in given:
        return given, []
    if not call.body.strip():
        return given, []
    try:
        read = document_of(call)
    except Invalid as error:
        return given, [{"field": "(body)", "problem": error.detail}]
    except ValueError as error:
        return given, [{"field": "(body)", "problem": f"is not JSON: {error}"}]
    if not isinstance(read, dict):
        return given, [{"field": "(body)", "problem": "must be a JSON object"}]
    return {**given, **read}, []


def as_it_came(operation: Operation, call: Call) -> dict[str, Any]:
    """The body and headers of a request, as far as a raw endpoint takes them."""
    given: dict[str, Any] = {}
    # Only of a raw endpoint: an operation's own field of that name must never be given the caller's credential.
    if operation.kind is Kind.ENDPOINT:
        fields = operation.input.model_fields
        if "headers" in fields:
            raw = call.request.scope["headers"]  # of two of one name the first counts
            given["headers"] = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(raw)}
        if "body" in fields:
            given["body"] = call.file or call.body
    return given


def document_of(call: Call) -> Any:
    """What the body says: JSON, or YAML where it says that it is. Raises ``ValueError`` and ``Invalid``."""
    kind = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in YAML:
        return read_document(call.body.decode())
    return from_json(call.body, allow_inf_nan=False)


def from_query(params: QueryParams, operation: Operation) -> tuple[dict[str, Any], Problems]:
    """The fields in the query, as texts: lists by repeating or by commas, objects as JSON, an empty value as none."""
    shapes = shapes_of(operation.input)
    given: dict[str, Any] = {}
    problems: Problems = []
    for name in params:
        values = params.getlist(name)
        shape = shapes.get(name, PLAIN)
        if shape.is_list:
            given[name] = [part for value in values for part in value.split(",") if part]
        elif len(values) > 1:
            problems.append({"field": name, "problem": "is given twice"})
        elif shape.is_object:
            try:
                given[name] = from_json(values[0], allow_inf_nan=False)
            except ValueError as error:
                problems.append({"field": name, "problem": f"is not JSON: {error}"})
        elif values[0] or shape.is_text:
            given[name] = values[0]
    return given, problems


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How a field is written in an address: ``kinds`` are the JSON types of it, or of what its list holds."""

    kinds: frozenset[str] = frozenset()
    is_list: bool = False
    is_object: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is a text and nothing else, and so may be empty."""
        return self.kinds == {"string"}


PLAIN = Shape()


@cache
def shapes_of(model: type[Input]) -> Mapping[str, Shape]:
    """How each field of an input is written in an address."""
    found = {}
    for name, schema in model.model_json_schema().get("properties", {}).items():
        options = alternatives(schema)
        lists = [one for one in options if one.get("type") == "array"]
        kinds = frozenset(
            kind
            for one in ([inner for each in lists for inner in alternatives(each.get("items", {}))] or options)
            for kind in [one.get("type") or ("ref" if "$ref" in one else "")]
        )
        found[name] = Shape(kinds=kinds, is_list=bool(lists), is_object=not lists and "object" in kinds)
    return found


def alternatives(schema: Mapping[str, Any]) -> list[Any]:
    """The schemas that a field may have."""
    return schema.get("anyOf") or [schema]


def read(value: Any, shape: Shape) -> Any:
    """A text of an address as the number, or the yes or no, that its field wants; else as it is."""
    if isinstance(value, list):
        return [read(one, shape) for one in value]
    if not isinstance(value, str) or "string" in shape.kinds:
        return value
    for kind in shape.kinds & SPELLED.keys():
        try:
            return SPELLED[kind].validate_python(value)
        except ValidationError:
            continue
    return value


def seconds(text: str) -> tuple[float | None, Problems]:
    """How long the caller is ready to wait."""
    try:
        wait = float(text)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= LONGEST_WAIT_S:
        return None, [{"field": "wait", "problem": f"must be seconds from 0 to {LONGEST_WAIT_S:.0f}"}]
    return wait, []
