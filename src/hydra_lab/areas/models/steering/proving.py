"""Proving that a model answers: one token, or one vector, asked of its server itself."""

import asyncio
import json
from typing import Any

from hydra_lab.kernel.capabilities import Ability, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Refused
from hydra_lab.kernel.inference.openai import CHAT, COMPLETIONS, EMBEDDINGS

SILENCE_S = 300.0
ASKED: dict[str, dict[str, Any]] = {
    CHAT: {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1},
    COMPLETIONS: {"prompt": "Hi", "max_tokens": 1},
    EMBEDDINGS: {"input": "Hi"},
}


def paths(abilities: frozenset[Ability] | None) -> tuple[str, ...]:
    """Where to ask, the likeliest first; where nothing is told of a model, any answer proves it."""
    if abilities is None:
        return (CHAT, COMPLETIONS, EMBEDDINGS)
    if Ability.CHAT in abilities:
        return (CHAT,)
    return (COMPLETIONS,) if Ability.COMPLETION in abilities else (EMBEDDINGS,)


def prove(ctx: Context, one: ModelServer, model: str, abilities: frozenset[Ability] | None) -> None:
    """See a model answer. Raises ``Refused`` when it does not, ``Unavailable`` when its server is gone."""
    said = ""
    for path in paths(abilities):
        problem = asyncio.run(asked(ctx, one, path, {"model": model, **ASKED[path]}))
        if problem is None:
            return
        said = said or problem
    raise Refused(f"{model} is loaded and does not answer: {said}.", fix=f"Look into the log of {one.title}.")


async def asked(ctx: Context, one: ModelServer, path: str, body: dict[str, Any]) -> str | None:
    """What is wrong with the answer, ``None`` if it is one."""
    headers = {"content-type": "application/json"}
    try:
        async with one.send(path, json.dumps(body).encode(), headers, silence_s=SILENCE_S) as answer:
            content = b"".join([chunk async for chunk in answer.chunks()])
            status = answer.status
    finally:
        await ctx.services.http.sender.close()  # this event loop ends here
    try:
        told = json.loads(content)
    except ValueError:
        return f"HTTP {status} without JSON"
    if not 200 <= status < 300 or not isinstance(told, dict) or "error" in told:
        return f"HTTP {status}: {json.dumps(told)[:300]}"
    return None if told.get("choices") or told.get("data") else "an answer without content"
