"""Whether two answers mean the same: word for word, by a model that judges, or by how alike they are."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from hydra_lab.areas.cache.alike.searching import cosine, unit
from hydra_lab.areas.cache.model import Settings
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.inference import ask
from hydra_lab.kernel.inference.openai import EMBEDDINGS

SHORT = 12  # words; of answers up to this each word counts
LONGEST = 8000  # letters of an answer that are compared
QUESTION = (
    "Two answers were given to one question. Say whether somebody who asked it learns the same from both: the same "
    "facts, numbers, names and advice, however it is worded."
    "\n\nQuestion:\n{asked}\n\nFirst answer:\n{one}\n\nSecond answer:\n{other}"
)
SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "verdict", "strict": True,
        "schema": {"type": "object", "properties": {"same": {"type": "boolean"}}, "required": ["same"],
                   "additionalProperties": False},
    },
}  # fmt: skip


def mean_the_same(ctx: Context, settings: Settings, asked: str, one: str, other: str) -> bool | None:
    """Whether they do; ``None`` where that cannot be said now. It asks models, so it takes its time."""
    if " ".join(one.lower().split()) == " ".join(other.lower().split()):
        return True
    try:
        if settings.judge is not None:
            return judged(ctx, settings.judge, asked, one[:LONGEST], other[:LONGEST])
        if settings.embedder is None:
            return None
        mine, theirs = embedded(ctx, settings.embedder, [one[:LONGEST], other[:LONGEST]])
    except HydraError:
        return None
    if mine is None or theirs is None:
        return None
    return cosine(mine, theirs) >= settings.same_answer and not contradict(one, other)


def contradict(one: str, other: str) -> bool:
    """Whether short answers differ in what a guard sees, or longer ones in no number at all that they share."""
    from hydra_lab.areas.cache.guard import difference
    from hydra_lab.areas.cache.guard.reading import reading_of

    if len(one.split()) <= SHORT and len(other.split()) <= SHORT:
        return difference(one, other) is not None
    mine, theirs = set(reading_of(one).numbers), set(reading_of(other).numbers)
    return bool(mine and theirs and not mine & theirs)


def judged(ctx: Context, model: str, asked: str, one: str, other: str) -> bool | None:
    """What a model says of two answers."""
    body: dict[str, Any] = {
        "model": model, "temperature": 0, "response_format": SCHEMA,
        "messages": [{"role": "user", "content": QUESTION.format(asked=asked[:LONGEST], one=one, other=other)}],
    }  # fmt: skip
    answered = ask(ctx, body)
    try:
        same = from_json(answered.text)["same"] if answered.ok else None
    except (ValueError, KeyError, TypeError):
        return None
    return same if isinstance(same, bool) else None


def embedded(ctx: Context, model: str, texts: list[str]) -> list[Any]:
    """The vectors of texts, ``None`` where there is none."""
    return vectors_in(ask(ctx, {"model": model, "input": texts}, EMBEDDINGS).body, len(texts))


def vectors_in(body: dict[str, Any], number: int) -> list[Any]:
    """The vectors in an answer, each of length 1, in their order."""
    found: list[Any] = [None] * number
    data = body.get("data")
    for place, one in enumerate(data if isinstance(data, list) else ()):
        numbers = one.get("embedding") if isinstance(one, dict) else None
        if place < number and isinstance(numbers, list) and all(isinstance(each, int | float) for each in numbers):
            found[place] = unit(numbers)
    return found
