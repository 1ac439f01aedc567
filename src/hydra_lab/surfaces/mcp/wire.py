"""Messages of the protocol on their way over HTTP: their headers, and how an answer's events are read."""

import re
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from hydra_lab.kernel.errors import TABLE

Message = dict[str, Any]

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
# Calls whose header names what they are about (MCP 2026-07-28, “Streamable HTTP”).
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
PLAIN = re.compile(r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$")
INTERNAL = -32603


def is_request(message: Message) -> bool:
    """Whether a message wants an answer."""
    return "method" in message and message.get("id") is not None


def headers_of(message: Message, version: str | None) -> dict[str, str]:
    """The headers of a message: each of the newer protocol says itself which version it speaks."""
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    params, method = message.get("params") or {}, str(message.get("method") or "")
    own = (params.get("_meta") or {}).get(VERSION_KEY)
    if own:
        headers |= {"Mcp-Method": method}
        if isinstance(name := params.get(NAMED.get(method, "")), str):
            headers["Mcp-Name"] = safe(name)
    if (own or version) and method != "initialize":
        headers["Mcp-Protocol-Version"] = str(own or version)
    return headers


def safe(value: str) -> str:
    """A value as a header may carry it."""
    if PLAIN.match(value) and not value.startswith("=?"):
        return value
    from mcp.shared.inbound import encode_header_value

    return encode_header_value(value)


async def data_of_events(lines: AsyncIterable[str]) -> AsyncIterator[str]:
    """The data of each event in a stream of Server-Sent Events."""
    data: list[str] = []
    async for line in lines:
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").removeprefix(" "))
        elif not line and data:
            text, data = "\n".join(data), []
            if text:
                yield text


def error_of(problem: Message, status: int) -> tuple[int, str]:
    """A problem document as the code and the words of an error, by the kernel's table."""
    code = next((row.mcp for kind, row in TABLE.items() if kind.code == problem.get("code")), INTERNAL)
    fix = f" {problem['fix']}" if problem.get("fix") else ""
    return code, f"{problem.get('detail') or f'The server answered HTTP {status}.'}{fix}"
