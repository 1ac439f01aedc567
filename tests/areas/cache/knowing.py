"""A model server that knows some answers, and makes vectors in which questions with the same words are alike."""

import asyncio
import re
import zlib
from typing import Any

from tests.areas.gateway.backend import Backend

PLACES = 64


class Knowing(Backend):
    """``knows`` are answers by the question; ``embeds`` says whether it makes vectors now."""

    def __init__(self, *has: str) -> None:
        self.knows: dict[str, str] = {}
        self.embeds = True
        self.questions: list[str] = []
        super().__init__(*has)

    async def _told(self, model: str, asked: dict[str, Any], path: str, writer: asyncio.StreamWriter) -> None:
        if path.endswith("embeddings"):
            data = [{"index": place, "embedding": vector(one)} for place, one in enumerate(asked["input"])]
            self._json(
                writer, {"data": data} if self.embeds else {"error": {"message": "no"}}, 200 if self.embeds else 500
            )
            return
        question = asked["messages"][-1]["content"]
        self.questions.append(question)
        said = {"role": "assistant", "content": self.knows.get(question, "I do not know.")}
        self._json(writer, {"id": "x", "object": "chat.completion",
                            "choices": [{"index": 0, "message": said, "finish_reason": "stop"}]})  # fmt: skip


def vector(text: str) -> list[float]:
    """A place for each longer word; what all questions have in common is the first."""
    found = [0.5] + [0.0] * PLACES
    for word in re.findall(r"\w+", text.lower()):
        if len(word) > 4:
            found[1 + zlib.crc32(word.encode()) % PLACES] += 1.0
    return found
