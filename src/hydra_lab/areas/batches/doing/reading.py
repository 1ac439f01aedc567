"""Reading requests: lines of OpenAI's batch format, or prompts with parameters, each checked before any is asked."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from hydra_lab.areas.batches.model import LARGEST_LINE, Request, Wrong
from hydra_lab.kernel.inference.openai import CHAT, COMPLETIONS, EMBEDDINGS

URLS = {CHAT: "messages", COMPLETIONS: "prompt", EMBEDDINGS: "input"}  # and what the body must have
LONGEST_ID = 512


def lines_of(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Lines with their numbers, without empty ones; one that is too long is ``None``. Memory is that of one line."""
    number, rest, skipping = 0, bytearray(), False
    for chunk in chunks:
        at = 0
        while (end := chunk.find(b"\n", at)) >= 0:
            number += 1
            if skipping or len(rest) + end - at > LARGEST_LINE:
                yield number, None
            else:
                rest += chunk[at:end]
                if line := bytes(rest).strip():
                    yield number, line
            rest, skipping, at = bytearray(), False, end + 1
        if not skipping:
            rest += chunk[at:]
            if len(rest) > LARGEST_LINE:
                rest, skipping = bytearray(), True
    if skipping:
        yield number + 1, None
    elif line := bytes(rest).strip():
        yield number + 1, line


class Checker:
    """Looks at lines one after the other; remembers which ids there were."""

    def __init__(self, *, endpoint: str | None = None, model: str | None = None) -> None:
        self._endpoint, self._model = endpoint, model
        self._seen: set[bytes] = set()

    def check(self, number: int, line: bytes | None) -> Request | Wrong:
        """A line as a request, or what is wrong with it."""
        if line is None:
            limit = f"is longer than {LARGEST_LINE >> 20} MiB"
            return Wrong(number=number, code="line_too_long", problem=limit)
        try:
            read = from_json(line.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False)
        except ValueError as error:
            return Wrong(number=number, code="invalid_json_line", problem=f"is not JSON: {error}")
        if not isinstance(read, dict):
            return Wrong(number=number, code="invalid_json_line", problem="is not a JSON object")
        return self._checked(number, read)

    def _checked(self, number: int, read: dict[str, Any]) -> Request | Wrong:
        id = read.get("custom_id")
        known = id if isinstance(id, str) else None

        def wrong(code: str, param: str, problem: str) -> Wrong:
            return Wrong(number=number, code=code, param=param, problem=f"{param} {problem}", custom_id=known)

        if not isinstance(id, str) or not id or len(id) > LONGEST_ID or "\x00" in id:
            known = None
            return wrong("missing_required_parameter", "custom_id", f"must be a text of 1 to {LONGEST_ID} characters")
        if read.get("method") != "POST":
            return wrong("invalid_method", "method", "must be POST")
        url, body = read.get("url"), read.get("body")
        if not isinstance(url, str) or url not in URLS:
            return wrong("invalid_url", "url", f"must be one of {', '.join(URLS)}")
        if self._endpoint and url != self._endpoint:
            return wrong("mismatched_endpoint", "url", f"must be the batch's own, {self._endpoint}")
        if not isinstance(body, dict):
            return wrong("missing_required_parameter", "body", "must be an object")
        body = {"model": self._model, **body} if self._model else body
        model = body.get("model")
        if not isinstance(model, str) or not model or len(model) > 200 or "\x00" in model:
            return wrong("missing_required_parameter", "body.model", "must name a model")
        if not body.get(URLS[url]):
            return wrong("missing_required_parameter", f"body.{URLS[url]}", "is missing")
        if body.get("stream"):
            return wrong("invalid_parameter", "body.stream", "cannot be asked for in a batch")
        mark = hashlib.blake2b(id.encode(), digest_size=16).digest()
        if mark in self._seen:
            return wrong("duplicate_custom_id", "custom_id", "was there before")
        self._seen.add(mark)
        return Request(number=number, custom_id=id, url=url, model=model, body=to_json(body).decode())


def crossed(
    prompts: Sequence[str], parameters: Sequence[Mapping[str, Any]], *, model: str | None, system: str | None
) -> Iterator[tuple[int, bytes]]:
    """Each prompt with each set of parameters, as lines of a batch."""
    before = [{"role": "system", "content": system}] if system else []
    sets = parameters or [{}]
    for place, prompt in enumerate(prompts):
        for other, given in enumerate(sets):
            id = f"prompt-{place + 1}" + (f"-parameters-{other + 1}" if len(sets) > 1 else "")
            messages = [*before, {"role": "user", "content": prompt}]
            body = {**({"model": model} if model else {}), "messages": messages, **given}
            line = {"custom_id": id, "method": "POST", "url": CHAT, "body": body}
            yield place * len(sets) + other + 1, to_json(line)
