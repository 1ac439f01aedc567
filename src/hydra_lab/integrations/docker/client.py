"""The Docker Engine's API over a unix socket or TCP: containers, what they wrote, and what happens to them."""

import json
import os
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from hydra_lab.integrations.docker.logs import frames, lines
from hydra_lab.integrations.docker.model import MASK, Event, Inspected, Listed, Made, Version, plain
from hydra_lab.integrations.docker.settings import DockerSettings
from hydra_lab.kernel.capabilities import Happened, LogLine
from hydra_lab.kernel.errors import Conflict, Denied, NotFound, Refused, TimedOut, Unavailable
from hydra_lab.kernel.http import HttpClient, checked, read_as

T = TypeVar("T")
WHO = "Docker"
ACTIONS = ("create", "start", "die", "oom", "kill", "stop", "restart", "pause", "unpause", "rename", "health_status",
           "destroy")  # fmt: skip
STOP_S = 10  # what the Engine gives a container to end before it kills it
SLOW_S = 60.0  # how long a container may take to start or stop


class DockerClient:
    """The only network code of this integration."""

    def __init__(self, settings: DockerSettings, http: HttpClient, *, who: str = WHO) -> None:
        self._settings = settings
        self._who = who
        way = way_of(settings)
        self._http = http.through(way) if way else http

    def version(self) -> Version:
        """Which Engine it is."""
        return self._read("/version", Version)

    def ids(self) -> list[str]:
        """Every container, also those that do not run."""
        return [one.id for one in self._read("/containers/json", list[Listed], params={"all": "true"})]

    def inspect(self, id: str) -> Inspected:
        """One container, by id or name. Raises ``NotFound``."""
        return self._read(f"/containers/{quote(id, safe='')}/json", Inspected)

    def logs(self, id: str, *, tail: int, since: datetime | None) -> list[LogLine]:
        """The end of what a container wrote, without the secrets of its environment."""
        config = self.inspect(id).config
        params = {"stdout": "true", "stderr": "true", "timestamps": "true", "tail": str(tail)}
        if since:
            params["since"] = f"{since.timestamp():.6f}"
        response = self._asked("GET", f"/containers/{quote(id, safe='')}/logs", params=params)
        found = lines(frames(response.content, config.tty))
        return [replace(one, text=without(one.text, config.secrets)) for one in found]

    def act(self, id: str, what: str) -> None:
        """Start, stop or restart a container; what is so already is fine."""
        params = {} if what == "start" else {"t": str(STOP_S)}
        self._asked("POST", f"/containers/{quote(id, safe='')}/{what}", params=params, timeout=SLOW_S)

    def remove(self, id: str) -> None:
        """Delete a container that does not run; its volumes stay."""
        self._asked("DELETE", f"/containers/{quote(id, safe='')}", timeout=SLOW_S)

    def rename(self, id: str, name: str) -> None:
        """Call a container otherwise; one that has that name already stays as it is."""
        self._asked("POST", f"/containers/{quote(id, safe='')}/rename", params={"name": name})

    def read(self, path: str) -> dict[str, Any]:
        """What the Engine keeps under a path, in full. Raises ``NotFound``."""
        return self._read(path, dict[str, Any])

    def send(self, path: str, body: dict[str, Any]) -> None:
        """Have it do something that a body describes."""
        self._asked("POST", path, json=body)

    def make(self, path: str, body: dict[str, Any], **options: Any) -> str:
        """Have it make something that a body describes; the id of that."""
        return read_as(self._who, Made, self._asked("POST", path, json=body, **options)).id

    def written(self, path: str, body: dict[str, Any], timeout_s: float, most: int) -> bytes:
        """What comes of something while it goes on, at most so many bytes. Raises ``TimedOut``."""
        deadline, found = time.monotonic() + timeout_s, b""
        url, timeout = f"{self._settings.url}{path}", httpx.Timeout(self._http.timeout_s, read=timeout_s)
        late = TimedOut(f"It took longer than {timeout_s:g} s.", fix="See what it waits for.")
        with self._http.stream(self._who, "POST", url, json=body, timeout=timeout) as response:
            judged(response)
            try:
                for piece in response.iter_raw():
                    found = (found + piece)[:most]
                    if time.monotonic() > deadline:
                        raise late
            except httpx.ReadTimeout as error:
                raise late from error
        return found

    def events(self, since_ns: int, quiet_s: float) -> Iterator[Happened | None]:
        """What happens to containers from a time on, as it happens; ends when nothing came for ``quiet_s``.

        ``None`` comes first, once the Engine has taken the question. Raises ``Unavailable`` when the stream breaks.
        """
        filters = json.dumps({"type": ["container"], "event": list(ACTIONS)})
        params = {"since": f"{since_ns // 10**9}.{since_ns % 10**9:09d}", "filters": filters}
        url = f"{self._settings.url}/events"
        timeout = httpx.Timeout(self._http.timeout_s, read=quiet_s)
        with self._http.stream(self._who, "GET", url, params=params, timeout=timeout) as response:
            judged(response)
            yield None
            try:
                for line in response.iter_lines():
                    if line:
                        yield event_of(line).as_happened
            except httpx.ReadTimeout:
                return
        raise Unavailable(f"{self._who} ended the event stream.", fix="It is joined again by itself.")

    def _read(self, path: str, kind: type[T], *, method: str = "GET", **options: Any) -> T:
        return read_as(self._who, kind, self._asked(method, path, **options))

    def _asked(self, method: str, path: str, **options: Any) -> httpx.Response:
        self._may_use_socket()
        return judged(self._http.raw(self._who, method, f"{self._settings.url}{path}", **options))

    def _may_use_socket(self) -> None:
        path = self._settings.socket
        if path and Path(path).exists() and not os.access(path, os.R_OK | os.W_OK):
            raise Denied(f"Hydra may not use {path}.", fix="Let its user into the group docker, or use a socket proxy.")


def way_of(settings: DockerSettings) -> httpx.BaseTransport | None:
    """How to get there, where plain HTTP does not. Connections are not kept, so nothing needs to be closed."""
    limits = httpx.Limits(max_keepalive_connections=0)
    if settings.socket:
        return httpx.HTTPTransport(uds=settings.socket, verify=False, limits=limits)
    if settings.address.startswith("ssh://"):
        from hydra_lab.integrations.docker.over_ssh import transport

        return transport(settings)
    if not settings.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=str(settings.ca) if settings.ca else None)
        if settings.certificate:
            context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise Refused(
            f"The files of TLS cannot be used: {error}.",
            fix="Check ca, certificate and key at /ui/integrations/docker.",
        ) from error
    return httpx.HTTPTransport(verify=context, limits=limits)


def without(text: str, secrets: list[str]) -> str:
    """A text with secrets masked."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def event_of(line: str) -> Event:
    """One line of the stream. Raises ``Refused``."""
    try:
        return Event.model_validate_json(line)
    except ValidationError as error:
        raise Refused(
            f"{WHO} sent an event that makes no sense.", fix="Check that the address really is that of Docker."
        ) from error


def judged(response: httpx.Response) -> httpx.Response:
    """The response if it is good; what the Engine says about an error is kept."""
    status = response.status_code
    if status < 400:
        return response
    response.read()
    said = message_of(response)
    if status == 403:
        what = f"{response.request.method} {response.request.url.path}"
        raise Denied(
            f"{WHO} does not allow {what} (HTTP 403).",
            fix="A socket proxy allows what its variables say: see docs/integrations/docker.md.",
        )
    if status == 404 and said:
        raise NotFound(f"{WHO} says: {said}.", fix="`docker ps --all` on its machine shows what is there.")
    if status == 409 and said:
        raise Conflict(f"{WHO} says: {said}.", fix="See what state it is in.")
    if said and (status == 400 or (status >= 500 and response.request.method != "GET")):
        raise Refused(f"{WHO} could not do it: {plain(said)}.", fix="Mend what it says, then try again.")
    return checked(WHO, response)


def message_of(response: httpx.Response) -> str:
    """What the Engine says about an error, without a full stop; empty where it says nothing."""
    try:
        return str(response.json()["message"]).strip().rstrip(".")[:500]
    except (ValueError, KeyError, TypeError):
        return ""
