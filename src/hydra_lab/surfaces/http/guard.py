"""The outermost layer: known host names only, a request id, security headers, and no error without an answer."""

import ipaddress
import re
import time
import uuid
from collections.abc import Callable, Iterable

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hydra_lab.kernel.errors import HydraError
from hydra_lab.surfaces.http.problems import UnknownHost, problem_response
from hydra_lab.surfaces.http.proxies import through

log = structlog.get_logger()

LOCAL = ("localhost", "127.0.0.1", "::1")
REQUEST_ID = re.compile(r"^[\w.-]{1,64}$")
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
Header = tuple[bytes, bytes]
OF_ALL = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(self), payment=(), usb=()"),
    (b"cache-control", b"no-store"),
)
OF_PAGES = (*OF_ALL, (b"content-security-policy", PAGE_POLICY.encode()))
OF_DATA = (*OF_ALL, (b"content-security-policy", DATA_POLICY.encode()))


class Guard:
    """ASGI middleware around everything. Both are asked on each request, so a changed setting counts at once."""

    def __init__(
        self, app: ASGIApp, *, hosts: Callable[[], tuple[str, ...]], proxies: Callable[[], tuple[str, ...]]
    ) -> None:
        self._app = app
        self._hosts, self._proxies = hosts, proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        through(scope, self._proxies())
        request = Request(scope, receive, send)
        given = request.headers.get("x-request-id", "")
        request_id = given if REQUEST_ID.match(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.monotonic(), 0

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = dressed(message.get("headers", ()), request_id)
            await send(message)

        try:
            check_host(request, self._hosts())
            await self._app(scope, receive, finish)
        except Exception as error:
            if not isinstance(error, HydraError):
                log.exception("http.failed", path=scope["path"], method=scope["method"], request=request_id)
            if status:  # the answer has begun: all that is left is to cut it off
                raise
            await problem_response(request, error)(scope, receive, finish)
        log.debug(
            "http.answered", method=scope["method"], path=scope["path"], status=status, request=request_id,
            ms=round((time.monotonic() - began) * 1000, 1),
        )  # fmt: skip


def dressed(given: Iterable[Header], request_id: str) -> list[Header]:
    """An answer's headers with those that every answer has; what the handler set itself stays."""
    headers = list(given)
    there = {name.lower(): value for name, value in headers}
    is_page = there.get(b"content-type", b"").startswith(b"text/html")
    headers += [one for one in (OF_PAGES if is_page else OF_DATA) if one[0] not in there]
    if b"x-request-id" not in there:
        headers.append((b"x-request-id", request_id.encode()))
    return headers


def check_host(request: Request, allowed: tuple[str, ...]) -> None:
    """Raise ``UnknownHost`` unless the request names this machine or an allowed name (against DNS rebinding)."""
    asked = request.headers.get("host", "").lower()
    name = bare(asked)
    server = request.scope.get("server")
    if name in LOCAL or (server and name == server[0] and is_address(name)):
        return
    if any(fits(asked, name, pattern.lower()) for pattern in allowed):
        return
    raise UnknownHost(
        f"This Hydra does not answer under the name “{name}”.",
        fix=f"If it is yours, allow it: HYDRA_ALLOWED_HOSTS={name or 'the.name'}, or allowed_hosts in hydra.toml.",
    )


def bare(host: str) -> str:
    """A ``Host`` header without its port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if ":" in host else host


def is_address(name: str) -> bool:
    """Whether a name is an IP address, which no foreign DNS can point here."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def fits(asked: str, name: str, pattern: str) -> bool:
    """Whether a host fits an allowed pattern: a name, a name with a port, or ``*.name`` for what is below it."""
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and len(name) > len(pattern) - 1
    return pattern in (asked, name)
