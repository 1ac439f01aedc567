"""Masking secrets wherever they might be shown or stored."""

import json
import re
import threading
from collections import deque
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

T = TypeVar("T")

MASK = "•••"
# Shorter values would mask ordinary words.
SHORTEST = 6
# Parts of a secret URL that are secret by themselves: Discord's webhook token is a path segment.
SHORTEST_PART = 16
# Secrets that came with work, which may be any text and as many as there is work.
SHORTEST_PASSING = 12
MOST_PASSING = 200
# Hydra's own tokens say what they are, so that they are masked even where their value is not known.
OWN_TOKEN = r"hyd_[A-Za-z0-9_-]{20,}"  # noqa: S105 - a pattern, not a token


class Scrubber:
    """Knows every secret in use and masks it in whatever is about to be shown or stored."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._passing: deque[str] = deque(maxlen=MOST_PASSING)
        self._marks: tuple[bytes, ...] = (b"hyd_",)
        self._lock = threading.Lock()
        self._pattern = re.compile(OWN_TOKEN)

    def add(self, secret: str) -> None:
        """Mask this value from now on, also as JSON and URLs write it; one under 6 characters is not."""
        forms = {form for part in parts_of(secret) for form in written_forms(part)}
        with self._lock:
            if forms <= self._known:
                return
            self._known |= forms
            self._compile()

    def _compile(self) -> None:
        known = self._known.union(*map(written_forms, self._passing))
        self._marks = (b"hyd_", *(one.encode("utf-8", "surrogatepass") for one in known))
        longest_first = sorted(known, key=len, reverse=True)
        self._pattern = re.compile("|".join([OWN_TOKEN, *map(re.escape, longest_first)]))

    def add_passing(self, secret: str) -> None:
        """Mask a secret of some work from now on, until many others have come after it; one under 12 characters is not,
        for it may well be an ordinary word."""
        with self._lock:
            if len(secret) >= SHORTEST_PASSING and secret not in self._passing:
                self._passing.append(secret)
                self._compile()

    def text(self, text: str) -> str:
        """The text with every known secret masked."""
        return self._pattern.sub(MASK, text)

    def body(self, body: bytes) -> bytes:
        """An answer's body in UTF-8 with every known secret masked; quick where there is none in it."""
        with self._lock:
            marks = self._marks
        if not any(mark in body for mark in marks):
            return body
        return self._pattern.sub(MASK, body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")

    def scrub(self, data: T) -> T:
        """The same data, nested as deep as it is, with every known secret masked in its texts and keys."""
        return self._scrubbed(data)  # type: ignore[no-any-return]

    def _scrubbed(self, data: Any) -> Any:
        if isinstance(data, str):
            return self._pattern.sub(MASK, data)
        if isinstance(data, dict):
            return {self._scrubbed(key): self._scrubbed(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self._scrubbed(value) for value in data]
        if type(data) is tuple:
            return tuple(self._scrubbed(value) for value in data)
        if isinstance(data, bytes):
            return self._pattern.sub(MASK, data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        return data


def parts_of(secret: str) -> list[str]:
    """The secret, and of a URL also its password, long path segments and long query values."""
    if len(secret) < SHORTEST:
        return []
    if "://" not in secret:
        return [secret]
    try:
        url = urlsplit(secret)
        password = url.password or ""
    except ValueError:
        return [secret]
    pieces = [*url.path.split("/"), *(pair.partition("=")[2] for pair in url.query.split("&"))]
    long = [piece for piece in pieces if len(piece) >= SHORTEST_PART and not piece.isdigit()]
    return [secret, *long, *([password] if len(password) >= SHORTEST else [])]


def written_forms(secret: str) -> set[str]:
    """How a secret looks as itself, inside JSON, and inside a URL."""
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
    }
