"""Calling one model server: its control side, with its errors as ours, and its data side, byte for byte."""

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeVar

import httpx

from hydra_lab.kernel.capabilities.models import ServedAnswer
from hydra_lab.kernel.errors import Denied, Refused
from hydra_lab.kernel.http import HttpClient, checked, read_as
from hydra_lab.kernel.model_servers.places import Place

T = TypeVar("T")
CREDENTIALS = ("authorization", "x-api-key", "x-admin-key", "cookie")


class Calls:
    """The only network code of what serves models: one server at its place."""

    def __init__(self, place: Place, http: HttpClient) -> None:
        self.place = place
        self._http = http
        self._patient = httpx.Timeout(http.timeout_s, read=place.load_silence_s)

    def read(self, kind: type[T], path: str) -> T:
        """What a path tells."""
        return read_as(self.place.title, kind, self.raise_for(self.get(path)))

    def get(self, path: str, *, patient: bool = False) -> httpx.Response:
        """The answer of a path, whatever its status."""
        timeout: Any = {"timeout": self._patient} if patient else {}
        place = self.place
        return self._http.raw(place.title, "GET", place.url + path, headers=place.proof, **timeout)

    def post(self, path: str, body: Any = None, *, patient: bool = False) -> httpx.Response:
        """The answer to a JSON body, whatever its status."""
        timeout: Any = {"timeout": self._patient} if patient else {}
        place = self.place
        return self._http.raw(place.title, "POST", place.url + path, json=body, headers=place.proof, **timeout)

    @contextmanager
    def lines(self, path: str, body: Any) -> Iterator[httpx.Response]:
        """The answer to a JSON body, read as it comes."""
        place = self.place
        options: Any = {"json": body, "headers": place.proof, "timeout": self._patient}
        with self._http.stream(place.title, "POST", place.url + path, **options) as answer:
            if not answer.is_success:
                answer.read()
            yield answer

    def raise_for(self, answer: httpx.Response) -> httpx.Response:
        """The answer if it is 2xx, else the error it stands for."""
        return checked(self.place.title, answer)

    def failed(self, what: str, answer: httpx.Response) -> Exception:
        """The error of something that the server tried and could not: it says so with a status of its own choice."""
        if answer.status_code in (401, 403):
            return Denied(
                f"{self.place.title} refused the credentials (HTTP {answer.status_code}).",
                fix=f"Set a valid key for {self.place.title}.",
            )
        return self.refused(what, said(answer))

    def refused(self, what: str, why: str) -> Refused:
        """The error of something that the server tried and could not."""
        return Refused(
            f"{self.place.title} could not {what}: {why.rstrip('.')[:500]}.", fix="Its own log may say more.", said=why
        )

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str], *, silence_s: float
    ) -> AbstractAsyncContextManager[ServedAnswer]:
        """POST a body as it is, with this server's credential in place of the caller's."""
        place = self.place
        kept = {name: value for name, value in headers.items() if name.lower() not in CREDENTIALS}
        return self._http.sender.post(
            place.title, place.url + path, body, {**kept, **place.proof}, silence_s=silence_s
        )  # fmt: skip


def said(answer: httpx.Response) -> str:
    """What an answer says is wrong: the shapes that model servers use, else its status."""
    try:
        told = answer.json()
    except ValueError:
        return answer.text.strip()[:300] or f"HTTP {answer.status_code}"
    return message_in(told) or f"HTTP {answer.status_code}"


def message_in(told: Any) -> str | None:
    """The sentence in ``{"error": "…"}``, ``{"error": {"message": "…"}}``, ``{"detail": "…"}`` or ``{"message": …}``"""
    for name in ("error", "detail", "message"):
        value = told.get(name) if isinstance(told, dict) else None
        if isinstance(value, dict):
            value = value.get("message")
        if value:
            return value if isinstance(value, str) else json.dumps(value)
    return None
