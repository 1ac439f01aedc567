"""Answers that are kept: what a cache is told of a question, and what it gives back in place of a model's answer."""

from dataclasses import dataclass
from typing import Any, Literal

CACHE = "cache"  # the server's name in what was used, where no server was asked
SAID = "x-hydra-cache"  # in a request what the caller wants, in an answer whence it came


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question to the gateway. ``key`` is who asks, ``model`` the name asked for, ``targets`` what it stands for.

    ``wish`` is the caller's word on the cache, empty where they gave none. ``read`` is the body, and not to be changed.
    """

    path: str
    model: str
    targets: tuple[str, ...]
    key: str
    read: dict[str, Any]
    stream: bool
    wish: str = ""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A kept answer: its whole JSON as bytes, or as the events of a stream where the question asked for one."""

    id: str
    kind: Literal["exact", "semantic"]
    model: str
    media_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """A model's answer, complete and without an error, as its bytes came: JSON, or the events of a stream."""

    model: str
    is_stream: bool
    body: bytes
