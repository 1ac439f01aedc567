"""`hydra mcp`: the protocol on standard input and output, passed on to the running server and back.

Messages are passed on as they are, so that all the server can do (tools, resources, progress, questions) is here too.
"""

import json
import os
import sys
from contextlib import suppress
from typing import Any

import anyio
import httpx

from hydra_lab.kernel.errors import TABLE, Unauthenticated, Unavailable
from hydra_lab.kernel.http import trusted
from hydra_lab.surfaces.mcp.wire import Message, data_of_events, error_of, headers_of, is_request

# The server says that it is still there four times as often.
SILENT_S = 60.0
AGAIN_S = 1.0
LAST_S = 10.0
GREETING = ("initialize", "notifications/initialized")
UNAVAILABLE, UNAUTHENTICATED = TABLE[Unavailable].mcp, TABLE[Unauthenticated].mcp


class Relay:
    """Passes messages between a client on standard input and output and the server's own `/mcp`."""

    def __init__(self, url: str, token: str | None, client: httpx.AsyncClient, out: Any) -> None:
        self._url, self._token, self._client, self._out = f"{url}/mcp", token, client, out
        self._writing = anyio.Lock()
        self._greeting = anyio.Lock()
        self._posts: dict[str | int, anyio.CancelScope] = {}
        self._open, self._ended = 0, anyio.Event()  # messages on their way; set, and made anew, when one has arrived
        # What a server that was started again has to be told anew.
        self._hello: Message | None = None
        self._subscribed: dict[str, Message] = {}
        self._session: str | None = None
        self._version: str | None = None
        self._streaming = False

    async def run(self, lines: Any) -> None:
        """Serve until the input ends."""
        async with anyio.create_task_group() as tasks:
            async for line in lines:
                if not line.strip():
                    continue
                try:
                    message = json.loads(line)
                except ValueError:
                    await self._put({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}})
                    continue
                for one in message if isinstance(message, list) else [message]:
                    if isinstance(one, dict) and not self._cancelled(one):
                        self._open += 1
                        tasks.start_soon(self._passed, one, tasks)
            with anyio.move_on_after(LAST_S):  # who pipes questions in and hangs up wants the answers
                while self._open:
                    await self._ended.wait()
            tasks.cancel_scope.cancel()
        if self._session:
            with suppress(httpx.HTTPError), anyio.move_on_after(2):
                await self._client.delete(self._url, headers=self._headers({}))

    def _cancelled(self, message: Message) -> bool:
        """Whether this ended a call of the newer protocol: there a call is cancelled by hanging up."""
        if message.get("method") != "notifications/cancelled" or self._session:
            return False
        scope = self._posts.get((message.get("params") or {}).get("requestId", ""))
        if scope:
            scope.cancel()
        return True

    async def _passed(self, message: Message, tasks: Any) -> None:
        """Pass one message on, and all that comes of it back."""
        method, params = message.get("method"), message.get("params") or {}
        if method == "initialize":
            self._hello, self._session, self._version = message, None, None
        elif method == "resources/subscribe":
            self._subscribed[str(params.get("uri"))] = message
        elif method == "resources/unsubscribe":
            self._subscribed.pop(str(params.get("uri")), None)
        scope = anyio.CancelScope()
        if is_request(message):
            self._posts[message["id"]] = scope
        try:
            with scope:
                await self._posted(message)
        finally:
            if is_request(message):
                self._posts.pop(message["id"], None)
            self._open -= 1
            self._ended.set()
            self._ended = anyio.Event()
        if method == "notifications/initialized" and not self._streaming:
            self._streaming = True
            tasks.start_soon(self._stream)

    async def _posted(self, message: Message) -> None:
        """Post one message; where the server no longer knows the session, greet it again first."""
        try:
            if message.get("method") in GREETING:
                async with self._greeting:  # whatever comes meanwhile waits for the session
                    await self._post(message)
                return
            async with self._greeting:
                session = self._session
            if await self._post(message) == 404 and session:
                await self._greet_again(session)
                await self._post(message)
        except httpx.HTTPError:
            detail = f"No Hydra answers at {self._url}. Start it with `hydra up`, or set HYDRA_URL."
            await self._refuse(message, UNAVAILABLE, detail)

    async def _post(self, message: Message, *, quiet: bool = False) -> int:
        """Post one message and put out what comes back; the status. Of a lost session nothing is put out."""
        headers = self._headers(message)
        async with self._client.stream(
            "POST", self._url, content=json.dumps(message).encode(), headers=headers
        ) as response:
            if message.get("method") == "initialize":
                self._session = response.headers.get("mcp-session-id")
            kind = response.headers.get("content-type", "")
            if response.is_success and kind.startswith("text/event-stream"):
                async for data in data_of_events(response.aiter_lines()):
                    await self._received(message, json.loads(data), quiet)
                return response.status_code
            body = await response.aread()
        told = parsed(body)
        if response.status_code == 404 and "Mcp-Session-Id" in headers and not quiet:
            return 404
        if response.status_code == 401:
            detail = f"{told.get('detail')} Set HYDRA_TOKEN to an API key: `hydra keys create` makes one."
            await self._refuse(message, UNAUTHENTICATED, detail)
        elif "jsonrpc" in told:
            await self._received(message, told, quiet)
        elif response.is_error:
            await self._refuse(message, *error_of(told, response.status_code))
        return response.status_code

    async def _received(self, asked: Message, told: Message, quiet: bool) -> None:
        """Put out what came for a message."""
        if asked.get("method") == "initialize" and isinstance(result := told.get("result"), dict):
            self._version = result.get("protocolVersion")
        if told.get("id") is None and "method" not in told and is_request(asked):
            told = {**told, "id": asked["id"]}  # refused before the server had read its number
        if not quiet:
            await self._put(told)

    async def _greet_again(self, lost: str) -> None:
        """Open a session in place of one that a server started again has forgotten."""
        async with self._greeting:
            if self._session != lost or self._hello is None:
                return
            await self._post({**self._hello, "id": "hydra-hello"}, quiet=True)
            await self._post({"jsonrpc": "2.0", "method": "notifications/initialized"}, quiet=True)
            for number, message in enumerate(self._subscribed.values()):
                await self._post({**message, "id": f"hydra-subscribe-{number}"}, quiet=True)

    async def _stream(self) -> None:
        """Put out what the server says by itself, for as long as there is a session."""
        while self._session:
            session = self._session
            with suppress(httpx.HTTPError):
                headers = {**self._headers({}), "Accept": "text/event-stream"}
                async with self._client.stream("GET", self._url, headers=headers) as response:
                    if response.status_code == 404:
                        await self._greet_again(session)
                    elif response.is_success:
                        async for data in data_of_events(response.aiter_lines()):
                            await self._put(json.loads(data))
                    else:
                        return
            await anyio.sleep(AGAIN_S)

    def _headers(self, message: Message) -> dict[str, str]:
        """The headers a message is posted with."""
        own = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        session = {"Mcp-Session-Id": self._session} if self._session and message.get("method") != "initialize" else {}
        return {**own, **session, **headers_of(message, self._version)}

    async def _refuse(self, message: Message, code: int, detail: str) -> None:
        """Answer a request with an error; a notification has nobody to tell."""
        if is_request(message):
            error = {"code": code, "message": detail}
            await self._put({"jsonrpc": "2.0", "id": message["id"], "error": error})

    async def _put(self, message: Message) -> None:
        """Write one message to the client."""
        async with self._writing:
            await self._out.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")
            await self._out.flush()


def parsed(body: bytes) -> Message:
    """A body as JSON, where it is some."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


async def serve(url: str, token: str | None) -> None:
    """Serve until standard input ends."""
    timeout = httpx.Timeout(SILENT_S, connect=10.0)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=10)
    # What any library prints must not come between the messages.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    lines = anyio.wrap_file(open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115
    async with httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, verify=trusted()) as client:
        try:
            await Relay(url, token, client, anyio.wrap_file(out)).run(lines)
        except* BrokenPipeError:  # the client left in the middle of an answer; what is unsaid goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def speak(url: str, token: str | None) -> None:
    """Serve until standard input ends."""
    anyio.run(serve, url, token)
