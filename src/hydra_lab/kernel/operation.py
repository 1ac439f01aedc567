"""Verbs: declared once with ``@operation``, ``@stream`` or ``@endpoint`` and shown on every surface."""

import functools
import inspect
import re
import typing
from collections.abc import AsyncIterable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic_core import to_json

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

LONGEST_WAIT_S = 600.0  # how long a caller may wait for the result of work


class Effect(StrEnum):
    """What a verb does to the world; policy and tool hints are made from it."""

    READ = "read"
    WRITE = "write"
    DANGER = "danger"


class Input(BaseModel):
    """Base of every operation's input: frozen, and a field nobody declared is an error.

    One that ``carries_work`` has the fields ``operation`` and ``input``; what is wrong with that is told with the rest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    carries_work: ClassVar[bool] = False


class Nothing(Input):
    """The input of an operation that takes none."""


class Output(BaseModel):
    """Base of structured outputs. Fields that are unknown are ``None``, never invented."""

    model_config = ConfigDict(frozen=True, defer_build=True)


@dataclass(frozen=True, kw_only=True)
class Durable:
    """How a long operation runs as work.

    ``attempts`` counts tries that may end in a retryable failure; ``timeout`` bounds one attempt; ``cpu`` runs the
    whole handler's ``ctx.step`` functions in a supervised child process. ``budgets`` names the day's budgets it may
    spend of (see ``ctx.spend``); ``resources(input)`` says how much of each measured resource it needs while it runs.
    """

    lane: str = "default"
    attempts: int = 3
    timeout: timedelta | None = timedelta(hours=1)
    backoff: timedelta = timedelta(seconds=5)
    cpu: bool = False
    budgets: tuple[str, ...] = ()
    resources: Callable[[Any], dict[str, float]] | None = None


class Kind(StrEnum):
    """Which of the three decorators declared a verb."""

    OPERATION = "operation"
    STREAM = "stream"
    ENDPOINT = "endpoint"


class Entry(StrEnum):
    """How a caller of a route shows who they are."""

    CREDENTIAL = "credential"  # a session or an API key
    HOOK = "hook"  # a secret of the hook itself, checked by the handler
    LINK = "link"  # a signed link, checked by the handler
    PUBLIC = "public"  # nobody is asked


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One verb, as declared. ``input`` and ``output`` are types; ``schema`` of both come from pydantic."""

    name: str
    effect: Effect
    handler: Callable[..., Any]
    input: type[Input]
    output: Any
    method: str
    path: str
    summary: str
    description: str
    kind: Kind = Kind.OPERATION
    needs: tuple[str, ...] = ()
    durable: Durable | None = None
    subject: str | None = None  # name of the input field that says what the call is about
    scope: str | None = None  # API-key scope wanted; default from the effect: read, write, admin for danger
    floor: str | None = None  # names a floor of policy ("deletes data", "edits policy", …): always asks
    entry: Entry = Entry.CREDENTIAL
    tool: bool = False  # one of the about twenty chosen MCP tools
    common: bool = False  # among the few that new work offers before all others
    queueable: bool = True
    passes_on: bool = False  # only hands over work that policy judges by itself, e.g. queue.add
    shows: bool = False  # begins by showing what it would do, and asks with that: see ``Context.ask``
    status: int = 200
    body_limit: int = 1 << 20
    media_type: str | None = None  # of a raw endpoint's answer
    error_shape: Callable[[dict[str, Any]], dict[str, Any]] | None = None  # its errors as JSON of another interface
    adapters: dict[str, TypeAdapter[Any]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def is_async(self) -> bool:
        """Whether its handler runs on the event loop."""
        return inspect.iscoroutinefunction(inspect.unwrap(self.handler))

    @property
    def area(self) -> str:
        """The room the verb belongs to: the name's first word."""
        return self.name.partition(".")[0]

    @property
    def wanted_scope(self) -> str:
        """The API-key scope a caller needs."""
        return self.scope or {Effect.READ: "read", Effect.WRITE: "write", Effect.DANGER: "write"}[self.effect]

    def dump(self, output: Any) -> Any:
        """An output as JSON-ready data, checked against the declared type's serialiser."""
        body = output.body if isinstance(output, Answer) else output
        return self._output_adapter().dump_python(body, mode="json")

    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the input. It is made once: what is inside of it is not to be changed."""
        return dict(self._input_schema)

    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the output, likewise; empty for streams and raw endpoints."""
        return dict(self._output_schema)

    @cached_property
    def _input_schema(self) -> dict[str, Any]:
        return self.input.model_json_schema()

    @cached_property
    def _output_schema(self) -> dict[str, Any]:
        if self.kind is not Kind.OPERATION or self.output in (None, inspect.Signature.empty):
            return {}
        return self._output_adapter().json_schema(mode="serialization")

    def _output_adapter(self) -> TypeAdapter[Any]:
        if "output" not in self.adapters:
            self.adapters["output"] = TypeAdapter(self.output)
        return self.adapters["output"]

    def path_fields(self) -> list[str]:
        """Names in the path's braces, e.g. ``["id"]`` of ``/queue/{id}``."""
        return re.findall(r"{(\w+)(?::\w+)?}", self.path)


NAME = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")


def declare(kind: Kind, name: str, path: str | None, **traits: Any) -> Callable[[F], F]:
    """The work of all three decorators: read the signature, keep the declaration on the function."""
    if not NAME.match(name):
        raise ValueError(f"operation names are dotted lower-case words, not {name!r}")

    def keep(handler: F) -> F:
        hints = typing.get_type_hints(handler)
        parameters = list(inspect.signature(handler).parameters)
        input_type = hints.get(parameters[1], Nothing) if len(parameters) > 1 else Nothing
        text = inspect.cleandoc(handler.__doc__ or "")
        if not text:
            raise ValueError(f"{name} has no docstring; its first line is the verb's summary on every surface")
        effect: Effect = traits["effect"]
        method, _, route = (path or default_route(name, effect)).partition(" ")
        operation = Operation(
            name=name, kind=kind, handler=with_input(handler, parameters), input=input_type,
            output=body_type(hints.get("return")), method=method, path=route, summary=text.splitlines()[0],
            description=text, **traits,
        )  # fmt: skip
        missing = set(operation.path_fields()) - set(input_type.model_fields)
        if missing:
            raise ValueError(f"{name}: the path names {sorted(missing)}, which the input has not")
        handler.__operation__ = operation  # type: ignore[attr-defined]
        return handler

    return keep


def body_type(annotation: Any) -> Any:
    """The output's type from a return annotation: what is inside of ``Answer[…]``."""
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is Answer else annotation


def with_input(handler: Callable[..., Any], parameters: list[str]) -> Callable[..., Any]:
    """The handler, called with context and input also where it takes no input."""
    if len(parameters) > 1:
        return handler

    @functools.wraps(handler)
    def ignoring(ctx: Any, _input: Any) -> Any:
        return handler(ctx)

    return ignoring


def default_route(name: str, effect: Effect) -> str:
    """``GET /<area>/<verb>`` for reads, ``POST`` for the rest; ``area.show`` and ``area.list`` are ``/<area>``."""
    area, _, verb = name.partition(".")
    route = f"/{area}" if verb in ("show", "list") else "/" + name.replace(".", "/").replace("_", "-")
    return f"{'GET' if effect is Effect.READ else 'POST'} {route}"


def operation(name: str, *, effect: Effect, path: str | None = None, **traits: Any) -> Callable[[F], F]:
    """Declare a verb: ``handler(ctx, input: Input) -> Output``.

    ``path`` is ``"METHOD /route/{field}"`` (default: ``/<area>/<verb>``). Traits are the other fields of ``Operation``.
    """
    return declare(Kind.OPERATION, name, path, effect=effect, **traits)


def stream(name: str, *, effect: Effect, path: str | None = None, **traits: Any) -> Callable[[F], F]:
    """Declare a verb that answers with frames: ``async def handler(ctx, input) -> AsyncIterator[Frame]``.

    Shown over HTTP as Server-Sent Events and in the CLI as lines; not queueable.
    """
    return declare(Kind.STREAM, name, path, effect=effect, queueable=False, **traits)


def endpoint(name: str, *, effect: Effect, path: str, **traits: Any) -> Callable[[F], F]:
    """Declare a raw route: ``handler(ctx, input) -> Raw``; no command and no tool is made from it.

    The handler may be ``async``: it then runs on the event loop and must not block; it is cancelled when the caller
    leaves before it has answered. ``error_shape(problem)`` makes the body of an error from its problem document.

    An input field ``body: bytes`` (or ``BodyFile``) gets the request's body as it came, ``headers: dict[str, str]``
    its headers with lower-case names; without them the input is read from query and JSON body as an operation's is.
    """
    return declare(Kind.ENDPOINT, name, path, effect=effect, queueable=False, **traits)


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[T]):
    """An operation's output where its HTTP status depends on what happened; annotate ``-> Answer[Item]``."""

    body: T
    status: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One message of a stream. ``id`` is what a client sends back as ``Last-Event-ID``."""

    data: Any
    event: str | None = None
    id: str | None = None

    @cached_property
    def wire(self) -> bytes:
        """The frame in the event stream format, made once for however many listeners; data but text goes as JSON."""
        data = self.data if isinstance(self.data, str) else to_json(self.data, inf_nan_mode="null").decode()
        head = "".join(f"{name}: {value}\n" for name, value in (("id", self.id), ("event", self.event)) if value)
        return (head + "".join(f"data: {line}\n" for line in (data.splitlines() or [""])) + "\n").encode()


@dataclass(frozen=True, kw_only=True)
class Raw:
    """What an endpoint answers: bytes, a file on disk, or bytes as they come, with its media type and headers.

    ``chunks`` are sent as they come, and closed (``aclose``) when the caller leaves or takes nothing for long. When
    they raise, the connection is cut, so that nobody takes the part for the whole.
    """

    body: bytes | None = None
    file: str | None = None
    chunks: AsyncIterable[bytes] | None = None
    media_type: str = "application/octet-stream"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    filename: str | None = None


def operations_in(module: Any) -> list[Operation]:
    """Every verb declared in a module, in the order they were written."""
    found = [getattr(value, "__operation__", None) for value in vars(module).values() if callable(value)]
    return [one for one in found if isinstance(one, Operation) and one.handler.__module__ == module.__name__]


def subject_of(operation: Operation, parsed: Input) -> str | None:
    """What a call is about, from the input field the operation names as its subject."""
    value = getattr(parsed, operation.subject, None) if operation.subject else None
    return None if value is None else str(value)
