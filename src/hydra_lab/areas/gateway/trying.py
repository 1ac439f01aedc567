"""Trying a model: a question and its answer, as the page's small chat asks it."""

import json
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, Refused
from hydra_lab.kernel.inference import ask
from hydra_lab.kernel.operation import Effect, Input, Output, operation


class Said(Output):
    """One thing that was said."""

    role: Literal["user", "assistant"]
    content: str


class Try(Input):
    """What to ask whom."""

    model: str = Field(min_length=1, max_length=200, description="A model or an alias")
    text: str = Field(min_length=1, max_length=20_000, description="What to ask")
    before: str = Field(default="", max_length=200_000, description="What was said before, as the answer had it")


class Tried(Output):
    """The answer. ``before`` is the whole talk, to be sent back with the next question."""

    model: str
    server: str
    talk: list[Said]
    before: str
    seconds: float
    queued_s: float
    first_token_s: float | None
    tokens: int | None
    tokens_per_s: float | None


TALK = TypeAdapter(list[Said])


@operation("gateway.try", effect=Effect.READ, path="POST /gateway/try", scope="models", queueable=False)
def try_(ctx: Context, input: Try) -> Tried:
    """Ask a model something, as any caller of the gateway would, and show how long it took."""
    try:
        talk = TALK.validate_json(input.before) if input.before else []
    except ValidationError as error:
        raise Invalid(
            "What was said before cannot be read.", fix="Begin anew, without it.",
            problems=[{"field": "before", "problem": "is not what an answer had"}],
        ) from error  # fmt: skip
    talk.append(Said(role="user", content=input.text))
    body = {"model": input.model, "messages": [one.model_dump() for one in talk], "stream": True}
    answered = ask(ctx, body)
    if not answered.ok:
        told = answered.body.get("error")
        message = told.get("message") if isinstance(told, dict) else told
        raise Refused(f"{answered.server} did not answer: {message or answered.status}", fix="Try another model.")
    talk.append(Said(role="assistant", content=answered.text))
    tokens, first = answered.completion_tokens, answered.first_token_s
    speaking_s = answered.seconds - first if first is not None else 0.0
    return Tried(
        model=answered.model, server=answered.server, talk=talk, seconds=answered.seconds,
        before=json.dumps([one.model_dump() for one in talk]), queued_s=answered.queued_s, first_token_s=first,
        tokens=tokens, tokens_per_s=(tokens - 1) / speaking_s if tokens and tokens > 1 and speaking_s > 0 else None,
    )  # fmt: skip
