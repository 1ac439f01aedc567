"""`/mcp`: the Model Context Protocol over HTTP, set up when the first agent comes."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Message, Receive, Scope, Send

from hydra_lab.kernel.errors import Denied
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http import Call, Path, Streams, Way
from hydra_lab.surfaces.http.guard import LOCAL, bare, fits

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from hydra_lab.surfaces.mcp.news import News

BODY_LIMIT = 4 << 20
SESSION, VERSION = "mcp-session-id", "mcp-protocol-version"
# A lab has a handful of agents; each session of the older protocol keeps a task and a little memory.
SESSIONS = 200


class Mcp:
    """The route, and the protocol's session manager behind it, which lives in a task of its own."""

    def __init__(self, services: Services, streams: Streams) -> None:
        self._services = services
        self._streams = streams
        self._manager: StreamableHTTPSessionManager | None = None
        self._news: News | None = None
        self._task: asyncio.Task[None] | None = None
        self._end = asyncio.Event()
        self._lock = asyncio.Lock()

    def paths(self) -> list[Path]:
        """The route. Every credential that may read may ask; what a tool may do is policy's to say."""
        way = Way(answer=self.answer, on_loop=True, body_limit=BODY_LIMIT)
        return [Path("/mcp", {"GET": way, "POST": way, "DELETE": way})]

    async def answer(self, call: Call) -> Response:
        """One request of the protocol. Raises ``Denied`` where a page of another site sent it."""
        check_origin(call.request, self._services.settings.current.hosts)
        async with self._lock:
            if self._manager is None:
                self._manager = await self._started()
        assert self._news
        refused = refusal(call.request, call.body)
        return refused or Passed(self._manager, self._news, self._streams, call)

    async def close(self) -> None:
        """End the task; called when the server stops."""
        self._end.set()
        if self._news:
            self._news.close()
        if self._task:
            with suppress(asyncio.CancelledError):
                await self._task

    async def _started(self) -> "StreamableHTTPSessionManager":
        """The manager, running."""
        manager, self._news = await asyncio.to_thread(self._imported)
        ready = asyncio.Event()

        async def live() -> None:
            async with manager.run():
                ready.set()
                await self._end.wait()

        self._task = asyncio.create_task(live())
        await ready.wait()
        return manager

    def _imported(self) -> "tuple[StreamableHTTPSessionManager, News]":
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from hydra_lab.surfaces.mcp.news import News
        from hydra_lab.surfaces.mcp.server import tool_server

        # Host names, origins and body sizes are looked at here, before the protocol sees a request.
        news = News(self._services)
        return StreamableHTTPSessionManager(tool_server(self._services, news), max_sessions=SESSIONS), news


def refusal(request: Request, body: bytes) -> Response | None:
    """The answer to what no generation of the protocol in use here has; ``None`` for what it is to judge itself."""
    from mcp_types.jsonrpc import INVALID_REQUEST, UNSUPPORTED_PROTOCOL_VERSION
    from mcp_types.version import KNOWN_PROTOCOL_VERSIONS

    version = request.headers.get(VERSION)
    if version and SESSION in request.headers and version not in KNOWN_PROTOCOL_VERSIONS:
        data = {"supported": list(KNOWN_PROTOCOL_VERSIONS), "requested": version[:40]}
        return error(UNSUPPORTED_PROTOCOL_VERSION, "This version of the protocol is not known here.", data)
    if body[:100].lstrip().startswith(b"["):
        return error(INVALID_REQUEST, "Several messages at once are not taken: post each alone.")
    return None


def error(code: int, message: str, data: dict[str, Any] | None = None) -> Response:
    """An error of the protocol before any message was read."""
    told = {"code": code, "message": message} | ({"data": data} if data else {})
    return JSONResponse({"jsonrpc": "2.0", "id": None, "error": told}, 400)


class Passed(Response):
    """A request passed on to the protocol's own handling, with its body as it was read."""

    def __init__(self, manager: "StreamableHTTPSessionManager", news: "News", streams: Streams, call: Call) -> None:
        super().__init__()
        self._manager, self._news, self._streams = manager, news, streams
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it; what is still open when the server stops is ended."""
        from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
        from mcp.server.auth.provider import AccessToken

        actor, session = self._call.visitor.actor, self._call.request.headers.get(SESSION)
        scope.setdefault("state", {})["visitor"] = self._call.visitor
        # The protocol's sessions are bound to whoever opened them; the token itself is none of its business.
        whose = AccessToken(token="", client_id=f"{actor.kind.value}:{actor.name}", scopes=sorted(actor.scopes))
        scope = {**scope, "user": AuthenticatedUser(whose)}
        body: bytes | None = self._call.body
        begun = ended = False

        async def replay() -> Message:
            nonlocal body
            if body is None:
                return await receive()
            message = {"type": "http.request", "body": body, "more_body": False}
            body = None
            return message

        async def noted(message: Message) -> None:
            nonlocal begun, ended
            begun = begun or message["type"] == "http.response.start"
            ended = ended or (message["type"] == "http.response.body" and not message.get("more_body"))
            await send(message)

        closing, is_stream = self._streams.enter(), scope["method"] == "GET" and session is not None
        if session and is_stream:
            self._news.opened(session)
        try:
            async with anyio.create_task_group() as both:

                async def end() -> None:
                    await closing.wait()
                    both.cancel_scope.cancel()

                both.start_soon(end)
                await self._manager.handle_request(scope, replay, noted)
                both.cancel_scope.cancel()
            if begun and not ended:
                await send({"type": "http.response.body", "body": b""})
        finally:
            self._streams.leave(closing)
            if session and is_stream:
                self._news.closed(session)
            elif session and scope["method"] == "DELETE":
                self._news.gone(session)


def check_origin(request: Request, allowed: tuple[str, ...]) -> None:
    """Raise ``Denied`` where a browser says that a page of another site sent this (against DNS rebinding)."""
    origin = request.headers.get("origin")
    if origin is None:
        return
    asked = urlsplit(origin).netloc.lower()
    name = bare(asked)
    own = asked == request.headers.get("host", "").lower()
    if not asked or not (own or name in LOCAL or any(fits(asked, name, one.lower()) for one in allowed)):
        raise Denied(
            f"This request comes from a page of {origin}.", rule="origin",
            fix="If that is yours, name its host in HYDRA_ALLOWED_HOSTS.",
        )  # fmt: skip
