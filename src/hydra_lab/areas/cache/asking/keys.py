"""What makes two questions the same, and which questions a cache may answer at all."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from hydra_lab.areas.cache.model import Rule
from hydra_lab.kernel.inference.caching import Asked

# How an answer is delivered, or for whom, changes nothing about what it says.
BESIDE = frozenset({"model", "stream", "stream_options", "user", "metadata", "store", "safety_identifier"})
LONGEST = 1 << 20  # letters of a question that is kept
NO_CACHE, NEW, ANYWAY = ("off", "no-store", "no-cache"), "refresh", "force"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A question by its hashes: ``exact`` of all that matters, ``family`` of all but the last thing the user said.

    ``text`` is that last thing; ``only_text`` is whether it is all there is to it.
    """

    exact: str
    family: str
    text: str
    only_text: bool


def unfit(asked: Asked, rule: Rule) -> str | None:
    """Why a question is not for the cache; ``None`` where it is. The words end the sentence “Passed by: …”."""
    read = asked.read
    if asked.wish in NO_CACHE:
        return "the caller wanted none"
    if any(read.get(name) not in (None, 1) for name in ("n", "best_of")):
        return "several answers were asked for"
    if last_said(read) is None:
        return "the last word is not the user’s"
    if asked.wish == ANYWAY or isinstance(read.get("seed"), int):
        return None
    temperature = read.get("temperature")
    if temperature is None:
        return None if rule.unset else "no temperature was named"
    if not isinstance(temperature, int | float) or temperature > rule.temperature:
        return "the temperature was too high"
    return None


def key_of(asked: Asked, rule: Rule) -> Key | None:
    """A question's key; ``None`` where it is too long to be kept."""
    said = last_said(asked.read)
    if said is None:
        return None
    text, only_text, others = said
    tenant = None if rule.shared else asked.key
    rest = {name: value for name, value in asked.read.items() if name not in BESIDE and name not in others}
    before = [asked.path, asked.targets[0], tenant, rest, others]
    family = canonical(before)
    exact = canonical([before, asked.read.get("messages", asked.read.get("prompt"))])
    if len(exact) > LONGEST:
        return None
    return Key(exact=hashed(exact), family=hashed(family), text=text, only_text=only_text)


def last_said(read: dict[str, Any]) -> tuple[str, bool, dict[str, Any]] | None:
    """What the user said last, whether that is text alone, and what came before it.

    ``None`` where the last word is not the user's, such as a tool's result.
    """
    prompt, messages = read.get("prompt"), read.get("messages")
    if isinstance(prompt, str) and messages is None:
        return (prompt, True, {"prompt": ""}) if prompt else None
    last = messages[-1] if isinstance(messages, list) and messages else None
    if not isinstance(last, dict) or last.get("role") != "user":
        return None
    content, about = last.get("content"), {name: value for name, value in last.items() if name != "content"}
    assert isinstance(messages, list)
    before = {"messages": [*messages[:-1], about]}
    if isinstance(content, str):
        return content, True, before
    if not isinstance(content, list):
        return None
    texts = [one.get("text") if isinstance(one, dict) and one.get("type") == "text" else None for one in content]
    words = [one for one in texts if isinstance(one, str)]
    return "\n".join(words), len(words) == len(texts), before


def canonical(value: Any) -> str:
    """The same text for the same JSON, whatever the order of names."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hashed(text: str) -> str:
    """A text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
