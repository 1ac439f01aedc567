"""The way to the running server: its address, the token, and calls over HTTP."""

import http.client
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from hydra_lab.kernel.errors import HydraError, Invalid, Unavailable

DEFAULT_URL = "http://127.0.0.1:8700"
HERE = ("localhost", "127.0.0.1", "::1")
NO_SERVER = "Start it with `hydra up`, or set HYDRA_URL to where it runs."


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer of the server; ``body`` is decoded where it was JSON, else bytes."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def is_error(self) -> bool:
        """Whether it tells of a problem."""
        return self.status >= 400


class Told(HydraError):
    """An error that the server told of; ``problem`` is its whole document."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail", "The server answered an error.")), fix=problem.get("fix"))
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class Event:
    """One message of an event stream."""

    event: str = "message"
    data: str = ""
    id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where the server is and how to show who we are."""

    url: str
    token: str | None = field(default=None, repr=False)

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
    ) -> Reply:
        """One call. Raises ``Unavailable`` when nothing answers; an error status is returned, not raised."""
        with closing(self._connect(timeout_s)) as connection:
            response = self._send(connection, method, path, query, body, headers)
            try:
                content = response.read()
            except (OSError, http.client.HTTPException) as error:
                raise Unavailable(f"Hydra at {self.url} broke off its answer.", fix=NO_SERVER) from error
        told = {name.lower(): value for name, value in response.getheaders()}
        return Reply(status=response.status, body=decoded(content, told.get("content-type", "")), headers=told)

    def get(self, path: str, **options: Any) -> Any:
        """The body of a GET. Raises ``Told`` for an error."""
        reply = self.call("GET", path, **options)
        return checked(reply).body

    def stream(self, path: str, *, query: Mapping[str, Any] | None = None, timeout_s: float = 60.0) -> Iterator[Event]:
        """Events as they come, until the server ends the stream. Raises ``Unavailable`` when it goes silent."""
        with closing(self._connect(timeout_s)) as connection:
            response = self._send(connection, "GET", path, query, None, {"Accept": "text/event-stream"})
            if response.status != 200:
                raise Told(problem_in(Reply(status=response.status, body=decoded(response.read(), "json"), headers={})))
            try:
                yield from events(response)
            except (OSError, http.client.HTTPException) as error:
                raise Unavailable(f"Hydra at {self.url} broke off the stream.", fix=NO_SERVER) from error

    def _connect(self, timeout_s: float) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid(f"“{self.url}” is no address of a server.", fix="HYDRA_URL looks like http://127.0.0.1:8700.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname, parts.port, timeout=timeout_s)

    def _send(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        body: Any,
        headers: Mapping[str, str] | None,
    ) -> http.client.HTTPResponse:
        given = {"Accept": "application/json", "User-Agent": "hydra-cli", **(headers or {})}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            given["Content-Type"] = "application/json"
        target = urlsplit(self.url).path.rstrip("/") + path + (f"?{urlencode(query, doseq=True)}" if query else "")
        try:
            connection.request(method, target, body=content, headers=given)
            return connection.getresponse()
        except TimeoutError as error:
            raise Unavailable(f"Hydra at {self.url} did not answer in time.", fix=NO_SERVER) from error
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"No Hydra answers at {self.url}.", fix=NO_SERVER) from error


def decoded(content: bytes, media_type: str) -> Any:
    """A body as data where it is JSON."""
    if "json" in media_type:
        try:
            return json.loads(content)
        except ValueError:
            return content
    return content


def checked(reply: Reply) -> Reply:
    """The reply, unless it tells of a problem: then ``Told`` is raised."""
    if reply.is_error:
        raise Told(problem_in(reply))
    return reply


def problem_in(reply: Reply) -> dict[str, Any]:
    """The problem document of an error answer, made up where something else than Hydra answered."""
    if isinstance(reply.body, dict) and "detail" in reply.body:
        return reply.body
    return {
        "code": "refused",
        "detail": f"The server answered HTTP {reply.status}, but not as Hydra does.",
        "fix": "Is HYDRA_URL the address of a Hydra?",
        "status": reply.status,
    }


def events(lines: Any) -> Iterator[Event]:
    """Messages from the lines of an event stream."""
    kind, last = "message", None
    data: list[str] = []
    for raw in lines:
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield Event(event=kind, data="\n".join(data), id=last)
            kind, data = "message", []
        elif name == "event":
            kind = value
        elif name == "data":
            data.append(value)
        elif name == "id":
            last = value


def find_server(data_dir: Path) -> Server:
    """The server by ``HYDRA_URL``, else by what `hydra up` wrote into the data directory, else the usual address.

    The token is ``HYDRA_TOKEN``, else the local file that only the owner of the data directory can read; that one is
    never sent to another machine.
    """
    url = os.environ.get("HYDRA_URL") or written(data_dir).get("url") or DEFAULT_URL
    token = os.environ.get("HYDRA_TOKEN")
    if not token and (not os.environ.get("HYDRA_URL") or urlsplit(url).hostname in HERE):
        token = local_token(data_dir)
    return Server(url=url.rstrip("/"), token=token)


def written(data_dir: Path) -> dict[str, Any]:
    """What a running `hydra up` wrote about itself; empty where none runs."""
    try:
        found = json.loads((data_dir / "server.json").read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def local_token(data_dir: Path) -> str | None:
    """The token in the data directory, where this user may read it."""
    try:
        return (data_dir / "cli-token").read_text().strip() or None
    except OSError:
        return None
