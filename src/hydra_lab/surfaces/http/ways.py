"""Ways in: every route says how it is entered, how much it reads and what answers it."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from io import BufferedRandom
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.convertors import Convertor
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from hydra_lab.kernel.errors import Denied
from hydra_lab.kernel.operation import Entry
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http.bodies import limited, on_disk
from hydra_lab.surfaces.http.streams import GONE
from hydra_lab.surfaces.http.visitors import Visitor, check_csrf, known_at_once, visitor_of

T = TypeVar("T")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request on its way to its handler: who asks, and what came with it."""

    request: Request
    visitor: Visitor
    body: bytes = b""
    file: BufferedRandom | None = None
    form: FormData = field(default_factory=FormData)

    @property
    def path(self) -> dict[str, str]:
        """The values in the path's braces."""
        return dict(self.request.path_params)

    async def in_thread(self, work: Callable[["Call"], T]) -> T:
        """The result of ``work(call)``, run in a thread: what an answer on the event loop has blocking calls for."""
        return await to_thread.run_sync(partial(work, self), limiter=self.request.app.state.threads)


@dataclass(frozen=True, kw_only=True)
class Way:
    """How one method of a path is entered and answered.

    ``answer`` is a plain function, run in a thread, or with ``on_loop`` a coroutine function, run on the event loop;
    a plain function may return an awaitable where the answer takes waiting.
    ``scope`` is what the credential must carry (operations leave that to policy: ``None``). A body above
    ``body_limit`` bytes is refused before it is read; ``forms`` has a form parsed instead of kept as bytes, ``to_disk``
    has it kept as a file.
    ``error_shape`` makes the body of an error from its problem document, for callers who know another form.
    """

    answer: Callable[[Call], Response | Awaitable[Response]]
    entry: Entry = Entry.CREDENTIAL
    scope: str | None = "read"
    body_limit: int = 64 << 10
    on_loop: bool = False
    forms: bool = False
    to_disk: bool = False
    error_shape: Callable[[dict[str, Any]], dict[str, Any]] | None = None


class Path(BaseRoute):
    """A path and its ways in, one for each method; a GET answers HEAD too."""

    def __init__(self, path: str, ways: Mapping[str, Way]) -> None:
        self.path = path
        self.ways = dict(ways)
        if "GET" in self.ways:
            self.ways.setdefault("HEAD", self.ways["GET"])
        self._begins = path.partition("{")[0]

    @cached_property
    def _pattern(self) -> tuple[re.Pattern[str], str, dict[str, Convertor[Any]]]:
        """Made when a request may be for this path: all of them at the start would be a twentieth of it."""
        return compile_path(self.path)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for this path, and the values in its braces."""
        if scope["type"] != "http" or not scope["path"].startswith(self._begins):
            return Match.NONE, {}
        regex, _, convertors = self._pattern
        match = regex.match(scope["path"])
        if match is None:
            return Match.NONE, {}
        values = {name: convertors[name].convert(value) for name, value in match.groupdict().items()}
        return Match.FULL, {"path_params": values, "endpoint": self}

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Routes have no names."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        way = self.ways.get(scope["method"])
        if way is None:
            raise HTTPException(405, headers={"Allow": ", ".join(sorted(self.ways))})
        request = Request(scope, limited(scope, receive, way.body_limit), send)
        request.state.error_shape = way.error_shape
        response = await answered(way, request)
        await response(scope, receive, send)


class Literal:
    """ASGI application before the router: finds paths without braces at once, however many there are."""

    def __init__(self, app: ASGIApp, paths: Iterable[Path]) -> None:
        self._app = app
        self._paths = {one.path: one for one in paths if "{" not in one.path}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = self._paths.get(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["path_params"], scope["endpoint"] = {}, found
        await found.handle(scope, receive, send)


async def answered(way: Way, request: Request) -> Response:
    """Find out who asks, read what came along, and have the request answered."""
    limiter: CapacityLimiter = request.app.state.threads
    known = known_at_once(request, way.entry)
    if request.method in ("GET", "HEAD") and not way.on_loop:
        response = await to_thread.run_sync(partial(looked_up, way, request, known), limiter=limiter)
    else:
        if known is None:
            visitor = await to_thread.run_sync(partial(admitted, way, request), limiter=limiter)
        else:
            visitor = admitted(way, request, known)
        try:
            call = await read(way, request, visitor)
        except ClientDisconnect:
            return GONE
        try:
            response = way.answer(call) if way.on_loop else await call.in_thread(way.answer)
        finally:
            if call.file:
                call.file.close()
    if isinstance(response, Awaitable):
        response = await response
    return masked(request, response)


def masked(request: Request, response: Response) -> Response:
    """The answer to a question with every secret masked that got into it, such as one in the input of some work.

    The answer to a change is left alone: a new key's token is in it, this once.
    """
    told_in_text = (response.media_type or "").startswith(("application/json", "text/html"))
    if request.method == "GET" and told_in_text and isinstance(getattr(response, "body", None), bytes):
        services: Services = request.app.state.services
        body = services.scrubber.body(bytes(response.body))
        if body is not response.body and body != response.body:
            response.body = body
            response.headers["content-length"] = str(len(body))
    return response


def looked_up(way: Way, request: Request, known: Visitor | None) -> Response | Awaitable[Response]:
    """A reading request answered in one go: it has no body to wait for."""
    return way.answer(Call(request=request, visitor=admitted(way, request, known)))


def admitted(way: Way, request: Request, known: Visitor | None = None) -> Visitor:
    """Who asks, if that is not ``known``. Raises ``Unauthenticated``, or ``Denied`` where the credential does not
    reach."""
    visitor = known or visitor_of(request, way.entry)
    if way.entry is Entry.CREDENTIAL and way.scope and not visitor.actor.may(way.scope):
        raise Denied(
            f"This credential may not {way.scope} here.", fix=f"Use a key with the scope “{way.scope}”.", rule="scope"
        )
    return visitor


async def read(way: Way, request: Request, visitor: Visitor) -> Call:
    """The request with its body or form; a browser's change must carry the session's token."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in ("GET", "HEAD"):
        return Call(request=request, visitor=visitor)
    if way.forms and kind in FORMS:
        form = await request.form(max_part_size=way.body_limit)
        check_csrf(request, visitor, form.get("csrf"))
        return Call(request=request, visitor=visitor, form=form)
    check_csrf(request, visitor, None)
    if way.to_disk:
        services: Services = request.app.state.services
        file = await on_disk(request, services.settings.current.data_dir, request.app.state.threads)
        return Call(request=request, visitor=visitor, file=file)
    return Call(request=request, visitor=visitor, body=await request.body())


def literal_first(path: str) -> tuple[object, ...]:
    """A sort key that puts ``/queue/stats`` before ``/queue/{id}``."""
    parts = path.strip("/").split("/")
    return tuple((2 if ":path}" in part else 1 if "{" in part else 0, part) for part in parts)
