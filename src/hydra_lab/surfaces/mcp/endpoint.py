"""`/mcp`: the Model Context Protocol over HTTP, set up when the first agent comes."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http import Call, Path, Way

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

BODY_LIMIT = 4 << 20


class Mcp:
    """The route, and the protocol's session manager behind it, which lives in a task of its own."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._manager: StreamableHTTPSessionManager | None = None
        self._task: asyncio.Task[None] | None = None
        self._end = asyncio.Event()
        self._lock = asyncio.Lock()

    def paths(self) -> list[Path]:
        """The route. Every credential that may read may ask; what a tool may do is policy's to say."""
        way = Way(answer=self.answer, on_loop=True, body_limit=BODY_LIMIT)
        return [Path("/mcp", {"GET": way, "POST": way, "DELETE": way})]

    async def answer(self, call: Call) -> Response:
        """One request of the protocol."""
        async with self._lock:
            if self._manager is None:
                self._manager = await self._started()
        return Passed(self._manager, call)

    async def close(self) -> None:
        """End the task; called when the server stops."""
        self._end.set()
        if self._task:
            with suppress(asyncio.CancelledError):
                await self._task

    async def _started(self) -> "StreamableHTTPSessionManager":
        """The manager, running."""
        manager = await asyncio.to_thread(self._imported)
        ready = asyncio.Event()

        async def live() -> None:
            async with manager.run():
                ready.set()
                await self._end.wait()

        self._task = asyncio.create_task(live())
        await ready.wait()
        return manager

    def _imported(self) -> "StreamableHTTPSessionManager":
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from hydra_lab.surfaces.mcp.tools import tool_server

        # Host names and body sizes are looked at by our own guard, before the protocol sees a request.
        return StreamableHTTPSessionManager(tool_server(self._services), json_response=True, stateless=True)


class Passed(Response):
    """A request passed on to the protocol's own handling, with its body as it was read."""

    def __init__(self, manager: "StreamableHTTPSessionManager", call: Call) -> None:
        super().__init__()
        self._manager = manager
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it."""
        scope.setdefault("state", {})["visitor"] = self._call.visitor
        body: bytes | None = self._call.body

        async def replay() -> Message:
            nonlocal body
            if body is None:
                return await receive()
            message = {"type": "http.request", "body": body, "more_body": False}
            body = None
            return message

        await self._manager.handle_request(scope, replay, send)
