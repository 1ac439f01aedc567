"""What the gateway offers to features it does not know: asking a model from work."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from pydantic_core import from_json, to_json

from hydra_lab.areas.gateway.metrics import collect
from hydra_lab.areas.gateway.reading import question_of
from hydra_lab.areas.gateway.serving.passing import Passing
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.areas.gateway.suites.adding import SUITE
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Measures, ModelAnswerer
from hydra_lab.kernel.errors import Refused
from hydra_lab.kernel.inference import Answered
from hydra_lab.kernel.services import Services


class Loop:
    """An event loop in a thread of its own, for work that asks; it runs as long as the process."""

    def __init__(self, services: Services) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="gateway-asking", daemon=True).start()

    def result(self, work: Any, ctx: Context) -> Any:
        """What a coroutine returns. One whose work item is cancelled is cancelled, too."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            while True:
                try:
                    return future.result(1.0)
                except TimeoutError:
                    if future.done():
                        raise
                    ctx.check_cancelled()
        except BaseException:
            future.cancel()
            raise


def ask(ctx: Context, body: dict[str, Any], path: str) -> Answered:
    """Ask as any caller of the gateway does, as the actor of the work."""
    answered: Answered = ctx.services.lasting(Loop).result(ask_async(ctx, body, path), ctx)
    return answered


async def ask_async(ctx: Context, body: dict[str, Any], path: str) -> Answered:
    """The same on the caller's own event loop."""
    question = question_of(path, to_json(body))
    passing = await ctx.services.lasting(Router).answer(
        ctx.actor, question, {"content-type": "application/json"}, keep=True
    )
    try:
        whole = b"".join([piece async for piece in passing])
    finally:
        await passing.aclose()
    return answered_of(passing, whole)


def answered_of(passing: Passing, whole: bytes) -> Answered:
    """What came, as work gets it."""
    watched = passing.watched
    if watched is None:
        try:
            read = from_json(whole)
        except ValueError as error:
            raise Refused(
                f"{passing.server} answered something that is not JSON.", fix="See what that server's own log says."
            ) from error
        read = read if isinstance(read, dict) else {"data": read}
    elif watched.error is not None:
        read = watched.error
    else:
        message = {"role": "assistant", "content": "".join(watched.texts)}
        read = {"object": "chat.completion", "model": passing.model,
                "choices": [{"index": 0, "message": message, "finish_reason": watched.reason}]}  # fmt: skip
    return Answered(
        status=passing.status, body=read, server=passing.server, model=passing.model, seconds=passing.seconds,
        queued_s=passing.queued_s, first_token_s=watched.first_token_s if watched else None,
        token_s=tuple(watched.token_s) if watched else (), prompt_tokens=passing.counted.prompt,
        completion_tokens=passing.counted.completion,
    )  # fmt: skip


CONTRIBUTIONS = (
    ModelAnswerer(name="gateway", ask=ask, ask_async=ask_async), Measures(name="gateway", collect=collect), SUITE,
)  # fmt: skip
