"""Speaking to Hydra as agents do: the protocol's official client, in both generations, over both transports."""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.server import HYDRA

# The generations of the protocol ("legacy" shakes hands, "auto" finds the newest), each over both transports.
WAYS = [(mode, transport) for mode in ("legacy", "auto") for transport in ("http", "stdio")]
PATIENCE_S = 60


def program(url: str, token: str) -> StdioServerParameters:
    """`hydra mcp`, as a client starts it."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(Path.home()), "HYDRA_URL": url, "HYDRA_TOKEN": token}
    return StdioServerParameters(command=str(HYDRA), args=["mcp"], env=environment)


@asynccontextmanager
async def client(url: str, token: str, way: tuple[str, str], **options: Any) -> AsyncIterator[Client]:
    """The official client, connected."""
    mode, transport = way
    if transport == "stdio":
        async with Client(program(url, token), mode=mode, **options) as one:
            yield one
        return
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S, trust_env=False) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode, **options) as one,
    ):
        yield one


def spoken(url: str, token: str, way: tuple[str, str], talk: Callable[[Client], Awaitable[Any]], **options: Any) -> Any:
    """What comes of a talk with the server."""

    async def run() -> Any:
        with anyio.fail_after(PATIENCE_S):
            async with client(url, token, way, **options) as one:
                return await talk(one)

    return anyio.run(run)


def told(result: Any) -> dict[str, Any]:
    """A tool's answer as data; its text says the same."""
    assert json.loads(result.content[0].text) == result.structured_content
    return dict(result.structured_content)
