"""Alertmanager over HTTP: how it is, its alerts and its silences."""

import re
from collections.abc import Sequence
from typing import Any, TypeVar

import httpx

from hydra_lab.integrations.alertmanager.model import Kept, Status, WireAlert, WireSilence, wire, written
from hydra_lab.integrations.alertmanager.settings import AlertmanagerSettings
from hydra_lab.kernel.capabilities import Matcher, NewSilence
from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.http import HttpClient, checked, read_as

T = TypeVar("T")
WHO = "Alertmanager"
FIX = "A pattern is a regular expression of Go (RE2), and one of the conditions must not fit an empty text."
UNKNOWN, KNOWN = f"{WHO} keeps no such silence.", "The list of silences has those it keeps."


class AlertmanagerClient:
    """The only network code of this integration."""

    def __init__(self, settings: AlertmanagerSettings, http: HttpClient) -> None:
        self._url = f"{settings.url}/api/v2"
        self._proof = settings.proof
        self._http = http

    def status(self) -> Status:
        """Its version, and whether its cluster has settled."""
        return self._get(Status, "/status")

    def alerts(self, matchers: Sequence[Matcher]) -> list[WireAlert]:
        """The alerts that fit every matcher, by its own reckoning. Raises ``Invalid`` for a wrong matcher."""
        return self._get(list[WireAlert], "/alerts", params={"filter": [written(one) for one in matchers]})

    def silences(self) -> list[WireSilence]:
        """Every silence it still keeps."""
        return self._get(list[WireSilence], "/silences")

    def silence(self, id: str) -> WireSilence:
        """One silence. Raises ``NotFound``."""
        return self._get(WireSilence, f"/silence/{checked_id(id)}")

    def put(self, silence: NewSilence, id: str | None) -> str:
        """Make a silence, or change one; its id from now on. Raises ``Invalid`` and ``NotFound``."""
        answer = self._asked("POST", "/silences", json=wire(silence, id))
        return read_as(WHO, Kept, answer).silenceID

    def expire(self, id: str) -> None:
        """End a silence. Raises ``NotFound``; that it had ended before is no error."""
        if self.silence(id).status.state != "expired":
            self._asked("DELETE", f"/silence/{checked_id(id)}")

    def _get(self, kind: type[T], path: str, **options: Any) -> T:
        return read_as(WHO, kind, self._asked("GET", path, **options))

    def _asked(self, method: str, path: str, **options: Any) -> httpx.Response:
        answer = self._http.raw(WHO, method, self._url + path, **options, **self._proof)
        if answer.status_code == 400:
            raise Invalid(f"{WHO} does not take this: {said(answer)}.", fix=FIX)
        if path.startswith("/silence") and answer.status_code in (404, 422):
            raise NotFound(UNKNOWN, fix=KNOWN)
        return checked(WHO, answer)


def checked_id(id: str) -> str:
    """The id of a silence, if it can be one. Raises ``NotFound``."""
    if not re.fullmatch(r"[0-9a-zA-Z-]+", id):
        raise NotFound(UNKNOWN, fix=KNOWN)
    return id


def said(answer: httpx.Response) -> str:
    """What an answer says is wrong: text in JSON, or an object with a message."""
    try:
        found = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    return str(found.get("message") if isinstance(found, dict) else found)[:300].rstrip(".")
