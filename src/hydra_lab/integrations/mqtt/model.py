"""What is published on a broker, and what of it says who is at home."""

import json
from dataclasses import dataclass

from hydra_lab.kernel.capabilities import Sighting

UNKNOWN = frozenset({"", "unknown", "unavailable", "none", "null"})


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message; ``kept`` says that the broker had it from before."""

    topic: str
    text: str
    kept: bool = False


def sighting_of(message: Message, people: str) -> Sighting | None:
    """Whom a message is about and where they are, by its text or ``state`` in its JSON; ``None`` for other topics."""
    levels, wanted = message.topic.split("/"), people.split("/")
    if len(levels) != len(wanted) or any(w not in ("+", level) for w, level in zip(wanted, levels, strict=True)):
        return None
    name = levels[wanted.index("+")]
    id = "".join(letter if letter.isalnum() else "_" for letter in name.lower())
    return Sighting(id=f"person.{id}", name=name, value=value_of(message.text))


def value_of(text: str) -> str | None:
    """The place a text names; ``None`` where it names none."""
    if text.lstrip().startswith("{"):
        try:
            text = json.loads(text).get("state") or ""
        except ValueError:
            return None
    found = str(text).strip()[:200]
    return None if found.lower() in UNKNOWN else found
