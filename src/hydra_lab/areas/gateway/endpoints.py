"""OpenAI's interface: chat, completions, embeddings and the list of models, for any of its clients."""

from pydantic import Field
from pydantic_core import to_json

from hydra_lab.areas.gateway.reading import question_of
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, describe
from hydra_lab.kernel.inference.openai import CHAT, COMPLETIONS, EMBEDDINGS, SCOPE, as_openai
from hydra_lab.kernel.operation import Effect, Input, Nothing, Raw, endpoint

LARGEST = 64 << 20  # pictures are in the body
JSON = "application/json"


class Sent(Input):
    """A request as it came."""

    body: bytes
    headers: dict[str, str] = Field(default_factory=dict)


async def answered(ctx: Context, path: str, input: Sent) -> Raw:
    """The answer of whichever server answers, unchanged."""
    try:
        question = question_of(path, input.body)
    except Invalid as error:
        return Raw(body=to_json(as_openai({**describe(error), "status": 400})), status=400, media_type=JSON)
    passing = await ctx.services.lasting(Router).answer(ctx.actor, question, input.headers)
    media_type = passing.headers.get("content-type", JSON)
    if passing.body is None:
        return Raw(chunks=passing, status=passing.status, headers=passing.headers, media_type=media_type)
    await passing.aclose()
    return Raw(body=passing.body, status=passing.status, headers=passing.headers, media_type=media_type)


@endpoint("gateway.chat", effect=Effect.READ, path=f"POST {CHAT}", scope=SCOPE, body_limit=LARGEST,
          error_shape=as_openai)  # fmt: skip
async def chat(ctx: Context, input: Sent) -> Raw:
    """Answer a conversation, as OpenAI's interface has it.

    Whatever is in the body goes to the server as it is, but for an alias's name; so does its answer come back.
    """
    return await answered(ctx, CHAT, input)


@endpoint("gateway.complete", effect=Effect.READ, path=f"POST {COMPLETIONS}", scope=SCOPE, body_limit=LARGEST,
          error_shape=as_openai)  # fmt: skip
async def complete(ctx: Context, input: Sent) -> Raw:
    """Go on with a text, as OpenAI's interface has it."""
    return await answered(ctx, COMPLETIONS, input)


@endpoint("gateway.embed", effect=Effect.READ, path=f"POST {EMBEDDINGS}", scope=SCOPE, body_limit=LARGEST,
          error_shape=as_openai)  # fmt: skip
async def embed(ctx: Context, input: Sent) -> Raw:
    """Make vectors of texts, as OpenAI's interface has it."""
    return await answered(ctx, EMBEDDINGS, input)


@endpoint("gateway.models", effect=Effect.READ, path="GET /v1/models", scope=SCOPE, media_type=JSON,
          error_shape=as_openai)  # fmt: skip
async def models(ctx: Context, input: Nothing) -> Raw:
    """List the models and aliases that may be asked for, as OpenAI's interface has it."""
    names = await ctx.services.lasting(Router).names(ctx.actor)
    data = [{"id": name, "object": "model", "created": 0, "owned_by": owner} for name, owner in names.items()]
    return Raw(body=to_json({"object": "list", "data": data}), media_type=JSON)
