"""`hydra mcp`: the same tools on standard input and output, as a client of the running server."""

import itertools
from typing import Any

import anyio
import httpx
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from hydra_lab import __version__
from hydra_lab.kernel.errors import TABLE, Unauthenticated, Unavailable

PROTOCOL = "2025-06-18"
TIMEOUT_S = 120.0


class Forwarding:
    """Passes calls on to the server's own `/mcp`."""

    def __init__(self, url: str, token: str | None, client: httpx.AsyncClient) -> None:
        self._url, self._client = f"{url}/mcp", client
        self._numbers = itertools.count(1)
        self._headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": PROTOCOL}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"

    async def ask(self, method: str, params: dict[str, Any]) -> Any:
        """The result of one call. Raises ``MCPError`` with the kernel's code for what went wrong."""
        message = {"jsonrpc": "2.0", "id": next(self._numbers), "method": method, "params": params}
        try:
            response = await self._client.post(self._url, json=message, headers=self._headers)
            told = response.json()
        except (httpx.HTTPError, ValueError) as error:
            detail = f"No Hydra answers at {self._url}. Start it with `hydra up`, or set HYDRA_URL."
            raise MCPError(TABLE[Unavailable].mcp, detail) from error
        if response.status_code == 401:
            detail = f"{told.get('detail')} Set HYDRA_TOKEN to an API key: `hydra keys create` makes one."
            raise MCPError(TABLE[Unauthenticated].mcp, detail)
        if "error" in told:
            raise MCPError(told["error"].get("code", -32603), told["error"].get("message", "It failed."))
        if "result" not in told:
            raise MCPError(-32603, str(told.get("detail", "The server's answer cannot be read.")))
        return told["result"]


async def serve(url: str, token: str | None) -> None:
    """Serve until standard input ends."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
        forwarding = Forwarding(url, token, client)

        async def on_list(_context: Any, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
            return types.ListToolsResult.model_validate(await forwarding.ask("tools/list", {}))

        async def on_call(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
            given = {"name": params.name, "arguments": params.arguments or {}}
            return types.CallToolResult.model_validate(await forwarding.ask("tools/call", given))

        server: Server[Any] = Server(
            "hydra", version=__version__, title="Hydra", on_list_tools=on_list, on_call_tool=on_call
        )
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())


def speak(url: str, token: str | None) -> None:
    """Serve until standard input ends."""
    anyio.run(serve, url, token)
