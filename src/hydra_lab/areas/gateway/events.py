"""Reading a stream of answers while it passes: when the first token came, how many, how it ended."""

import time
from typing import Any

from pydantic_core import from_json

from hydra_lab.areas.gateway.reading import Counted, is_error, usage_in

LONGEST_EVENT = 4 << 20  # what is longer is passed on, but not read


class Watched:
    """What is known of a stream from the bytes that passed. ``token_s`` are seconds since ``began``, if kept."""

    def __init__(self, began: float, *, keep: bool = False) -> None:
        self.began = began
        self.first_token_s: float | None = None
        self.tokens = 0  # events with text
        self.counted = Counted()
        self.ended = False  # with [DONE], or with a reason for the end
        self.error: Any = None
        self.events = 0
        self.token_s: list[float] = []
        self.texts: list[str] = []
        self.reason: str | None = None
        self._keep = keep
        self._rest = b""

    @property
    def is_between(self) -> bool:
        """Whether what passed so far ends with a whole event."""
        return not self._rest

    def feed(self, chunk: bytes) -> None:
        """Read on."""
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()[:LONGEST_EVENT]
        for line in lines:
            if line.startswith(b"data:"):
                self._event(line[5:].strip())

    def _event(self, data: bytes) -> None:
        self.events += 1
        if data == b"[DONE]":
            self.ended = True
            return
        try:
            event = from_json(data)
        except ValueError:
            return
        if is_error(event):
            self.error = event
        if not isinstance(event, dict):
            return
        counted = usage_in(event)
        if counted != Counted():
            self.counted = counted
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choice(choice)

    def _choice(self, choice: dict[str, Any]) -> None:
        if choice.get("finish_reason"):
            self.ended, self.reason = True, str(choice["finish_reason"])
        delta = choice.get("delta")
        told = choice.get("text") or (
            isinstance(delta, dict)
            and (delta.get("content") or delta.get("reasoning_content") or delta.get("tool_calls"))
        )
        if not told:
            return
        passed = time.monotonic() - self.began
        self.tokens += 1
        if self.first_token_s is None:
            self.first_token_s = passed
        if self._keep:
            self.token_s.append(passed)
            if not choice.get("index"):
                text = choice.get("text") or (delta.get("content") if isinstance(delta, dict) else "")
                self.texts.append(text if isinstance(text, str) else "")
