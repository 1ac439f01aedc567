"""Reading what is asked and answered in OpenAI's interface, without changing a byte but a model's name."""

import json
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from pydantic_core import from_json

from hydra_lab.kernel.capabilities import Ability
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.inference.openai import CHAT, COMPLETIONS, EMBEDDINGS

ABILITIES = {CHAT: Ability.CHAT, COMPLETIONS: Ability.COMPLETION, EMBEDDINGS: Ability.EMBEDDINGS}
SPACE = " \t\n\r"
LETTERS_PER_TOKEN = 4  # a rule of thumb, for routing by length only


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request: its bytes, and what the gateway has to know of it."""

    path: str
    body: bytes
    model: str
    stream: bool
    abilities: frozenset[Ability]
    tokens: int  # of the prompt, about


def question_of(path: str, body: bytes) -> Question:
    """What a request's body asks for. Raises ``Invalid`` where it is not an object with a model's name."""
    try:
        read = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Invalid(f"The body is not JSON: {error}", fix="Send a JSON object.") from error
    if not isinstance(read, dict):
        raise Invalid("The body is not a JSON object.", fix="Send a JSON object.")
    model = read.get("model")
    if not isinstance(model, str) or not model or len(model) > 200:
        raise Invalid(
            "The body names no model.", fix="Give “model”; GET /v1/models lists them.",
            problems=[{"field": "model", "problem": "is required"}],
        )  # fmt: skip
    abilities = {ABILITIES[path]}
    if read.get("tools"):
        abilities.add(Ability.TOOLS)
    if path == CHAT and has_pictures(read.get("messages")):
        abilities.add(Ability.VISION)
    return Question(
        path=path, body=body, model=model, stream=read.get("stream") is True, abilities=frozenset(abilities),
        tokens=len(body) // LETTERS_PER_TOKEN,
    )  # fmt: skip


def has_pictures(messages: Any) -> bool:
    """Whether a conversation has a part that is a picture."""
    if not isinstance(messages, list):
        return False
    parts = [part for one in messages if isinstance(one, dict) and isinstance(one.get("content"), list)
             for part in one["content"]]  # fmt: skip
    return any(isinstance(part, dict) and part.get("type") in ("image_url", "input_image") for part in parts)


def with_model(body: bytes, model: str) -> bytes:
    """The body with another model's name; every other byte is as it was."""
    text = body.decode()
    decoder, pieces, kept = json.JSONDecoder(), [], 0
    at = skip(text, skip(text, 0) + 1)
    while text[at] != "}":
        key, at = scanstring(text, at + 1, True)
        begins = skip(text, skip(text, at) + 1)
        _, ends = decoder.raw_decode(text, begins)
        if key == "model":
            pieces += [text[kept:begins], json.dumps(model)]
            kept = ends
        at = skip(text, ends)
        if text[at] == ",":
            at = skip(text, at + 1)
    return "".join([*pieces, text[kept:]]).encode()


def skip(text: str, at: int) -> int:
    """The next place that is not white space."""
    while text[at] in SPACE:
        at += 1
    return at


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Tokens as a server counted them, ``None`` where it did not."""

    prompt: int | None = None
    completion: int | None = None


def usage_in(answer: Any) -> Counted:
    """What an answer, or an event of a stream, tells of tokens."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    if not isinstance(usage, dict):
        return Counted()
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return Counted(
        prompt=prompt if isinstance(prompt, int) else None,
        completion=completion if isinstance(completion, int) else None,
    )


def is_error(answer: Any) -> bool:
    """Whether an answer is an error, whatever its status says."""
    return isinstance(answer, dict) and answer.get("error") is not None and not answer.get("choices")
