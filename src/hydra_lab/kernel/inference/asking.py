"""Asking a model from work: one question through the gateway, with what the answer took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hydra_lab.kernel.contributions import ModelAnswerer
from hydra_lab.kernel.errors import NotConfigured
from hydra_lab.kernel.inference.openai import CHAT as CHAT

if TYPE_CHECKING:
    from hydra_lab.kernel.context import Context


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a model answered. ``body`` is the server's JSON; of a stream it is put together from its pieces.

    ``status`` is the server's: an error of its own is an answer, too. ``seconds`` is from sending until the end,
    ``first_token_s`` until the first token of a stream, and ``token_s`` holds that of each piece; ``queued_s`` is what
    came before. Tokens that the server did not count are ``None``.
    """

    status: int
    body: dict[str, Any]
    server: str
    model: str
    seconds: float
    queued_s: float = 0.0
    first_token_s: float | None = None
    token_s: tuple[float, ...] = ()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the server answered and did not refuse."""
        return 200 <= self.status < 300 and "error" not in self.body

    @property
    def text(self) -> str:
        """The words of the first answer, empty where there are none."""
        choices = self.body.get("choices")
        first = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message = first.get("message")
        found = message.get("content") if isinstance(message, dict) else first.get("text")
        return found if isinstance(found, str) else ""


def ask(ctx: Context, body: dict[str, Any], path: str = CHAT) -> Answered:
    """Ask a model as the gateway's callers do: aliases, fail-over, waiting and limits are the same.

    ``body`` is that of OpenAI's interface, with the field ``model``; with ``stream`` true, times of tokens are
    measured. It blocks, so call it in steps. Raises ``NotConfigured`` where nothing serves models, ``NotFound`` for an
    unknown model, ``Busy`` and ``Unavailable`` as a back end does.
    """
    return answerer(ctx).ask(ctx, body, path)


async def ask_async(ctx: Context, body: dict[str, Any], path: str = CHAT) -> Answered:
    """The same on an event loop, without a thread: who stops waiting has the server stop, too."""
    return await answerer(ctx).ask_async(ctx, body, path)


def answerer(ctx: Context) -> ModelAnswerer:
    """What answers. Raises ``NotConfigured`` where nothing does."""
    for one in ctx.services.registry.contributions(ModelAnswerer):
        return one
    raise NotConfigured(
        "Nothing here asks models.", requirement="model_backend", fix="Connect a model server under /ui/integrations."
    )
