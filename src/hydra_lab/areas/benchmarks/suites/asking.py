"""Asking a model server directly and taking the times of what comes."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from hydra_lab.kernel.capabilities import ModelServer
from hydra_lab.kernel.errors import Refused
from hydra_lab.kernel.inference.openai import CHAT

JSON = {"content-type": "application/json"}
LONGEST = 16 << 20  # bytes of one answer


@dataclass(kw_only=True)
class Reply:
    """A streamed answer: when each piece came, in seconds since it was asked, and what the server counted."""

    pieces_s: list[float] = field(default_factory=list)
    text: str = ""
    counted: int | None = None

    @property
    def tokens(self) -> int:
        """Tokens of the answer: the server's count, else the pieces it came in."""
        return self.counted if self.counted is not None else len(self.pieces_s)


async def ask(server: ModelServer, body: dict[str, Any], silence_s: float) -> Reply:
    """Ask for a stream. Raises ``Refused`` for an error, also one inside of a stream, and for an empty answer."""
    reply = Reply()
    asked = {**body, "stream": True, "stream_options": {"include_usage": True}}
    began = time.perf_counter()
    async with server.send(CHAT, json.dumps(asked).encode(), JSON, silence_s=silence_s) as answer:
        if answer.status != 200:
            start = b""
            async for chunk in answer.chunks():
                start += chunk
                if len(start) > 500:
                    break
            said = start[:300].decode("utf-8", "replace")
            raise Refused(f"{server.title} answered {answer.status}: {said}", fix="See what its own log says.")
        async for event in events(server, answer.chunks()):
            take(server, reply, event, time.perf_counter() - began)
    if not reply.pieces_s:
        raise Refused(f"{server.title} answered without a single token.", fix="See what its own log says.")
    return reply


async def events(server: ModelServer, chunks: AsyncIterator[bytes]) -> AsyncIterator[dict[str, Any]]:
    """The JSON objects of an event stream, up to its end."""
    left, size = b"", 0
    async for chunk in chunks:
        size += len(chunk)
        if size > LONGEST:
            raise Refused(f"{server.title} does not stop answering.", fix="See what its own log says.")
        *lines, left = (left + chunk).split(b"\n")
        for line in lines:
            data = line.strip().removeprefix(b"data:").strip()
            if not line.startswith(b"data:") or data == b"[DONE]":
                continue
            try:
                event = json.loads(data)
            except ValueError as error:
                raise Refused(f"{server.title} sent a stream that is not JSON.", fix="See its own log.") from error
            if isinstance(event, dict):
                yield event


def take(server: ModelServer, reply: Reply, event: dict[str, Any], at: float) -> None:
    """Take up one event of a stream."""
    if error := event.get("error"):
        said = error.get("message") if isinstance(error, dict) else error
        raise Refused(f"{server.title} broke off: {str(said)[:300]}", fix="See what its own log says.")
    usage = event.get("usage")
    if isinstance(usage, dict) and isinstance(usage.get("completion_tokens"), int):
        reply.counted = usage["completion_tokens"]
    for choice in event.get("choices") or ():
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if not isinstance(delta, dict):
            continue
        content, thought = delta.get("content"), delta.get("reasoning_content")
        if content or thought:
            reply.pieces_s.append(at)
            reply.text += content if isinstance(content, str) else ""
