"""What a container's labels ask for when it fails: which rungs, how often, when."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from hydra_lab.areas.containers.heal.model import RUNGS, Rung
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Output

LABEL = "hydra.heal"
LENGTH = re.compile(r"^(\d{1,6})\s*(s|m|h)$")
UNITS = {"s": 1, "m": 60, "h": 3600}
WHOLE = ("on", "true", "yes", "all")
NONE = ("", "off", "false", "no")
TAKES = f"on, off, shadow, or some of {', '.join(RUNGS)}"


class Care(Output):
    """What a container's labels ask for. Lengths in seconds."""

    mode: Literal["off", "shadow", "on"] = "off"
    rungs: tuple[Rung, ...] = ()
    attempts: int = 3
    cooldown_s: int = 60
    prove_s: int = 30
    hours: str | None = None


def care_of(labels: Mapping[str, str]) -> Care:
    """A container's labels as wishes. Raises ``Invalid`` that names a label which makes no sense."""
    text = labels.get(LABEL, "off").strip().lower()
    words = {one.strip() for one in text.split(",")}
    shadow = "shadow" in words
    asked = words - {"shadow"}
    if text in NONE:
        return Care()
    if asked - set(RUNGS) - set(WHOLE):
        raise wrong(LABEL, text, TAKES)
    rungs = tuple(one for one in RUNGS if one in asked) or RUNGS
    given: dict[str, Any] = {"mode": "shadow" if shadow else "on", "hours": labels.get(f"{LABEL}.hours")}
    given["rungs"] = RUNGS if asked & set(WHOLE) else rungs
    for name, field in (("cooldown", "cooldown_s"), ("prove", "prove_s")):
        if length := labels.get(f"{LABEL}.{name}"):
            given[field] = seconds(f"{LABEL}.{name}", length)
    if number := labels.get(f"{LABEL}.attempts"):
        given["attempts"] = count(f"{LABEL}.attempts", number)
    return Care(**given)


def asks_for_it(labels: Mapping[str, str]) -> bool:
    """Whether a container is healed when it fails, and not only watched."""
    try:
        return care_of(labels).mode == "on"
    except Invalid:
        return False


def seconds(label: str, text: str) -> int:
    """A length of time such as ``30s``, ``5m`` or ``1h``. Raises ``Invalid``."""
    match = LENGTH.match(text.strip())
    if not match:
        raise wrong(label, text, "30s, 5m or 1h")
    return int(match[1]) * UNITS[match[2]]


def count(label: str, text: str) -> int:
    """A number from 1 to 100. Raises ``Invalid``."""
    if not text.strip().isdigit() or not 1 <= int(text) <= 100:
        raise wrong(label, text, "a number from 1 to 100")
    return int(text)


def wrong(label: str, text: str, wanted: str) -> Invalid:
    """The error of a label that makes no sense."""
    return Invalid(f"The label {label}={text[:40]} makes no sense.", fix=f"It takes {wanted}.")


def in_words(care: Care) -> str:
    """The wish in words."""
    if care.mode == "off":
        return "not healed"
    words = "only watched: what would be done is noted" if care.mode == "shadow" else "healed when it fails"
    return words + (f", at {care.hours}" if care.hours else "")
