"""One question to a model: what is asked, and the answer with what it took."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, JsonValue, model_validator
from pydantic_core import from_json

from hydra_lab.kernel.capabilities import ModelBackend
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid, Refused, Unavailable
from hydra_lab.kernel.inference import Answered, ask
from hydra_lab.kernel.operation import Input, Output

AGAIN = frozenset({408, 429}) | frozenset(range(500, 600))
OWN = ("model", "messages", "stream", "response_format")


class Message(Input):
    """One thing that was said."""

    role: Literal["system", "user", "assistant"]
    content: str = Field(max_length=500_000)


class ToAsk(Input):
    """A question, as a prompt or as a conversation, and how it is answered."""

    prompt: str | None = Field(default=None, min_length=1, max_length=500_000, description="The question")
    messages: tuple[Message, ...] = Field(
        default=(), max_length=1000, description="A conversation in place of the prompt"
    )
    model: str | None = Field(
        default=None, min_length=1, max_length=200, description="A model or alias; one that is loaded if left out"
    )
    system: str | None = Field(default=None, max_length=100_000, description="What the system message says")
    parameters: dict[str, JsonValue] = Field(
        default={}, description="Parameters of the request, such as {\"temperature\": 0, \"max_tokens\": 200}"
    )  # fmt: skip
    json_schema: dict[str, JsonValue] | None = Field(
        default=None, description="The shape that the answer must have, as JSON Schema"
    )

    @model_validator(mode="after")
    def it_is_one_question(self) -> Self:
        """A prompt or a conversation, and nothing said twice."""
        if (self.prompt is None) == (not self.messages):
            raise ValueError("give prompt or messages")
        for name in OWN:
            if name in self.parameters:
                raise ValueError(f"parameters cannot hold {name}")
        return self


class Answer(Output):
    """The answer. ``data`` is what a schema asked for; tokens are ``None`` where the server did not count."""

    model: str
    server: str
    text: str
    data: JsonValue = None
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: float
    queued_s: float


def check_schema(schema: dict[str, Any]) -> None:
    """Raise ``Invalid`` where it is no JSON Schema."""
    from jsonschema import Draft202012Validator, SchemaError  # type: ignore[import-untyped]

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        problem = {"field": "json_schema", "problem": str(error.message)[:300]}
        raise Invalid("That is no JSON Schema.", problems=[problem], fix="Correct it.") from error


def asked(ctx: Context, input: ToAsk) -> Answer:
    """Ask, and take the answer apart. Raises ``Unavailable`` where no server could, ``Refused`` where one would not."""
    messages = [one.model_dump() for one in input.messages] or [{"role": "user", "content": input.prompt}]
    if input.system:
        messages = [{"role": "system", "content": input.system}, *messages]
    body: dict[str, Any] = {"model": input.model or any_loaded(ctx), "messages": messages, **input.parameters}
    if input.json_schema is not None:
        shape = {"name": "answer", "schema": input.json_schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": shape}
    answered = ask(ctx, body)
    if not answered.ok:
        raise refused(answered)
    choices = answered.body.get("choices")
    reason = choices[0].get("finish_reason") if isinstance(choices, list) and choices else None
    return Answer(
        model=answered.model, server=answered.server, text=answered.text, finish_reason=reason,
        data=None if input.json_schema is None else shaped(answered, input.json_schema),
        prompt_tokens=answered.prompt_tokens, completion_tokens=answered.completion_tokens,
        seconds=answered.seconds, queued_s=answered.queued_s,
    )  # fmt: skip


def any_loaded(ctx: Context) -> str:
    """A model that is in memory now; where none is, the first there is. Raises ``Conflict`` where there is none."""
    known: list[str] = []
    backends = ctx.services.integrations.capabilities(ModelBackend).values()
    for server in (one for backend in backends for one in backend.servers()):
        for loaded in server.loaded() or ():
            return loaded.name
        known += [one.name for one in server.models()]
    if not known:
        raise Conflict("No model server has a model.", fix="Bring one there, or name a model.")
    return known[0]


def refused(answered: Answered) -> Unavailable | Refused:
    """What a server said in place of an answer."""
    told = answered.body.get("error")
    message = told.get("message") if isinstance(told, dict) else told
    detail = f"{answered.server} did not answer: {message or f'status {answered.status}'}"
    if answered.status in AGAIN:
        return Unavailable(detail, fix="Ask again later.")
    return Refused(detail, fix="Change the question, or ask another model.")


def shaped(answered: Answered, schema: dict[str, Any]) -> Any:
    """The answer as data. Raises ``Refused`` where it has not the shape that was asked for."""
    from jsonschema import Draft202012Validator

    fix = "Ask a model that can answer in a given shape, or allow it more tokens."
    try:
        data = from_json(answered.text)
    except ValueError as error:
        raise Refused(f"{answered.model} did not answer with JSON: {answered.text[:200]!r}", fix=fix) from error
    problem = next(iter(Draft202012Validator(schema).iter_errors(data)), None)
    if problem is not None:
        raise Refused(f"{answered.model} answered in another shape: {problem.message[:300]}", fix=fix)
    return data
