"""Calling outside systems over HTTP: one client that turns every failure into the kernel's errors."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from hydra_lab.kernel.errors import Busy, Denied, Refused, Unavailable
from hydra_lab.kernel.http.errors import translated
from hydra_lab.kernel.http.sending import Sender
from hydra_lab.kernel.http.trust import trusted

T = TypeVar("T")


def retry_after_s(response: httpx.Response) -> float | None:
    """Seconds asked for by ``Retry-After`` (RFC 9110 section 10.2.3: a number or a date), ``None`` if absent or odd."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


class HttpClient:
    """A sync client for one or many outside systems, without redirects, environment proxies or shared cookies."""

    def __init__(self, *, timeout_s: float = 10.0, transport: httpx.BaseTransport | None = None) -> None:
        self.timeout_s = timeout_s
        self.sender = Sender()
        self._transport = transport
        self._lock = threading.Lock()
        self._made: httpx.Client | None = None

    @property
    def _client(self) -> httpx.Client:
        """Made at the first call: a lab without outside systems needs none, and it reads every certificate there is."""
        with self._lock:
            if self._made is None:
                self._made = httpx.Client(
                    timeout=self.timeout_s, transport=self._transport, follow_redirects=False, trust_env=False,
                    verify=trusted(), headers={"User-Agent": "hydra-lab"},
                )  # fmt: skip
            return self._made

    def request(self, who: str, method: str, url: str, **options: Any) -> httpx.Response:
        """One call. ``who`` names the system in errors.

        Raises ``Denied`` on 401 and 403, ``Busy`` on 429 and on 503 with ``Retry-After``, ``Unavailable`` on other
        5xx, time-outs and refused connections, ``Refused`` on any other answer that is not 2xx.
        """
        with translated(who):
            response = self._client.request(method, url, **options)
        return checked(who, response)

    def json(self, who: str, method: str, url: str, **options: Any) -> Any:
        """Like ``request``; the body decoded from JSON. Raises ``Refused`` when it is not JSON."""
        response = self.request(who, method, url, **options)
        try:
            return response.json()
        except ValueError as error:
            raise Refused(
                f"{who} answered something that is not JSON.", fix=f"Check that the address really is that of {who}."
            ) from error

    def raw(self, who: str, method: str, url: str, **options: Any) -> httpx.Response:
        """One call whose status the caller judges; only transport failures raise."""
        with translated(who):
            return self._client.request(method, url, **options)

    @contextmanager
    def stream(self, who: str, method: str, url: str, **options: Any) -> Iterator[httpx.Response]:
        """One call whose answer is read as it comes; its status is the caller's to judge.

        Raises as ``raw`` does, also while the answer is read; a read that times out is the caller's to catch.
        """
        with translated(who), self._client.stream(method, url, **options) as response:
            yield response

    def through(self, transport: httpx.BaseTransport) -> "HttpClient":
        """A client with the same patience that goes another way, e.g. through a unix socket."""
        return HttpClient(timeout_s=self.timeout_s, transport=transport)

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            if self._made:
                self._made.close()


def checked(who: str, response: httpx.Response) -> httpx.Response:
    """The response if it is 2xx, else the error its status stands for."""
    status = response.status_code
    if 200 <= status < 300:
        return response
    if status in (401, 403):
        raise Denied(f"{who} refused the credentials (HTTP {status}).", fix=f"Set a valid credential for {who}.")
    if status == 429 or (status == 503 and "retry-after" in response.headers):
        raise Busy(
            f"{who} asked to come back later (HTTP {status}).",
            retry_after_s=retry_after_s(response),
            fix="Nothing is needed: it is asked again later.",
        )
    if status >= 500:
        raise Unavailable(f"{who} answered HTTP {status}.", fix=f"Look into the log of {who}; it failed by itself.")
    raise Refused(
        f"{who} answered HTTP {status}.",
        status=status,
        fix=f"See what {who} says about it, and check the address it is configured with.",
    )


def read_as(who: str, kind: type[T], response: httpx.Response) -> T:
    """A response's JSON as a dataclass or whatever type; fields it does not name are passed over.

    Raises ``Refused`` when the body is not JSON or not of that shape.
    """
    try:
        return TypeAdapter(kind).validate_json(response.content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = (
            "no JSON" if first["type"] == "json_invalid" else f"{where}: {first['msg']}" if where else first["msg"]
        )
        raise Refused(
            f"{who} answered something that makes no sense ({problem}).",
            fix=f"Check that the address really is that of {who}, of a version Hydra knows.",
        ) from error
