"""A model that finds operations by a table: what it answers to an item, by its title."""

import json
from collections.abc import Callable
from typing import Any

from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import ModelAnswerer
from hydra_lab.kernel.errors import Unavailable
from hydra_lab.kernel.inference import Answered
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving_models import Weights

READER = "reader"
NONE = {"operation": "none", "confidence": 0.9, "because": "Nothing here does that"}


def sure(operation: str, confidence: float = 0.95, **input: Any) -> dict[str, Any]:
    """An item's line of the table: the operation, how sure, and with what input."""
    return {"operation": operation, "confidence": confidence, "because": f"It is what {operation} does", "input": input}


def answering(ask: Callable[[Context, dict[str, Any], str], Answered]) -> ModelAnswerer:
    """What answers when work asks a model."""

    async def ask_async(ctx: Context, body: dict[str, Any], path: str) -> Answered:
        return ask(ctx, body, path)

    return ModelAnswerer(name="toy", ask=ask, ask_async=ask_async)


class Table:
    """Answers with JSON by title; a list of lines is one for each time it is asked, a text is said as it is."""

    def __init__(self, lines: dict[str, Any]) -> None:
        self.lines = lines
        self.questions: list[tuple[str, str]] = []  # what was asked of which item: choice or input
        self.shown: list[dict[str, Any]] = []
        self.is_gone = False
        self.refuses: tuple[str, ...] = ()  # fields of a request that it takes none of
        self.refused = 0

    def ask(self, ctx: Context, body: dict[str, Any], path: str) -> Answered:
        """Answer as the gateway does."""
        if self.is_gone:
            raise Unavailable("The reader did not answer.")
        if any(name in body for name in self.refuses):
            self.refused += 1
            error = {"message": f"{self.refuses[0]} is not supported", "type": "invalid_request_error"}
            return Answered(status=400, body={"error": error}, server="toy", model=READER, seconds=0.1)
        choice = {"index": 0, "message": self.answered(body), "finish_reason": "stop"}
        return Answered(status=200, body={"choices": [choice]}, server="toy", model=READER, seconds=0.1)

    def area(self) -> Area:
        """A room that has it answer when work asks."""
        return Area(name="toy", title="Toy", contributions=(answering(self.ask),))

    def peer(self, **more: Any) -> PlainPeer:
        """A server of its own."""
        peer = PlainPeer(Weights(name=READER, context=100_000), **more)
        peer.message = self.answered
        return peer

    def answered(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The message that answers a question."""
        texts = [one["content"] for one in asked["messages"]]
        title = json.JSONDecoder().raw_decode(texts[1].partition("\n\nItem: ")[2])[0]["title"]
        kind = "choice" if texts[1].startswith("Choose") else "input"
        self.questions.append((kind, title))
        self.shown.append(asked)
        line = self.lines.get(title, NONE)
        if isinstance(line, list):
            line = line[min(sum(one == (kind, title) for one in self.questions), len(line)) - 1]
        if isinstance(line, str):
            return {"role": "assistant", "content": line}
        told = line.get("input", {}) if kind == "input" else {k: v for k, v in line.items() if k != "input"}
        if kind == "input" and len(texts) > 2:
            told = line.get("mended", told)
        return {"role": "assistant", "content": json.dumps(told)}

    def asked_about(self, title: str) -> int:
        """How often it was asked about an item."""
        return sum(one[1] == title for one in self.questions)
