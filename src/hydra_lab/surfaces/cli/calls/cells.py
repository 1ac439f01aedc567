"""Values and names as a person reads them in a terminal."""

import re
from datetime import datetime
from typing import Any

from rich.text import Text

DIGEST = re.compile(r"^[0-9a-f]{64}$")  # a container's id, of which the beginning is enough
SPELLED = {"gib": "GiB", "mib": "MiB", "gpu": "GPU", "gpus": "GPUs"}
COLOURS = {
    "done": "green", "ok": "green", "ready": "green", "running": "cyan", "queued": "blue", "held": "yellow",
    "warn": "yellow", "failed": "red", "bad": "red", "cancelled": "dim", "unknown": "dim",
}  # fmt: skip


def words(name: str) -> str:
    """A field's name as a heading, its unit spelled as units are."""
    return " ".join(SPELLED.get(word, word) for word in name.split("_"))


def cell(value: Any, name: str = "") -> Text:
    """A value in one cell; ``name`` tells what a number counts."""
    text = called(name, value)
    return Text(text, style=COLOURS.get(text, ""))


def called(name: str, value: Any) -> str:
    """A value in words, with its unit where its name says that it is bytes."""
    if type(value) is int and (name in ("size", "bytes") or name.endswith(("_size", "_bytes"))):
        return in_bytes(value)
    return plain(value)


def in_bytes(count: int) -> str:
    """``38 KiB``, ``4.7 MiB``; bytes while there are few."""
    value, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}" if unit in ("B", "KiB") or value >= 100 else f"{value:.1f} {unit}"


def plain(value: Any) -> str:
    """A value in words."""
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
        case str() if DIGEST.match(value):
            return value[:12]
        case str():
            return moment(value) if len(value) >= 19 and value[4:5] == "-" and value[10:11] == "T" else value
        case list():
            return "; ".join(said(one) if isinstance(one, dict) else plain(one) for one in value) or "none"
        case dict():
            told = [f"{words(str(name))} {within(one)}" for name, one in value.items() if one is not None]
            return ", ".join(told) or "–"
        case _:
            return str(value)


def within(value: Any) -> str:
    """A value inside of another."""
    return f"({plain(value)})" if isinstance(value, dict | list) and value else plain(value)


def said(thing: dict[str, Any]) -> str:
    """What says most of a thing."""
    return str(thing.get("detail") or thing.get("name") or thing.get("title") or plain(thing))


def moment(text: str) -> str:
    """A time on this machine's clock, to the second."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text
