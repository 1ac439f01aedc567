"""The gateway's memory over many requests: plain ones, streams, and streams that their caller leaves."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from urllib.parse import urlsplit

from benchmarks import machine
from benchmarks.place import Place
from benchmarks.result import Result
from tests.server import TOKEN

CALLERS = 16
GROWTH_MB = 8.0  # between the first tenth, when everything has been used once, and the end
LOOKS = (0.1, 0.5, 1.0)
ASKED = {"model": "bench", "messages": [{"role": "user", "content": "Hello"}]}
PLAIN, STREAM = (json.dumps({**ASKED, "stream": stream}).encode() for stream in (False, True))


def measure(place: Place) -> list[Result]:
    """Resident memory after a tenth, a half and all of the requests."""
    command = [sys.executable, "-m", "benchmarks.rounds.model_server"]
    with ExitStack() as stack:
        backend = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(backend.kill)
        assert backend.stdout
        bare = backend.stdout.readline().strip()
        server = stack.enter_context(closing(place.server("gateway_memory", HYDRA_OPENAI_COMPATIBLE__URL=bare)))
        server.start()
        found, done = {}, 0
        for share in LOOKS:
            upto = int(place.sizes.requests * share)
            asyncio.run(asked(server.url, done, upto))
            found[share], done = machine.resident_mb(server.pid), upto
    said = ", ".join(f"{mb:.1f} MB after {place.sizes.requests * share:,.0f}" for share, mb in found.items())
    return [
        Result(what=f"gateway: memory gained in {place.sizes.requests:,} requests", unit="MB", budget=GROWTH_MB,
               measured=max(0.0, found[LOOKS[-1]] - found[LOOKS[0]]), note=said)
    ]  # fmt: skip


async def asked(url: str, begin: int, end: int) -> None:
    """Send the requests of these numbers, some at once."""
    numbers = iter(range(begin, end))
    async with asyncio.TaskGroup() as group:
        for _ in range(CALLERS):
            group.create_task(caller(url, numbers))


async def caller(url: str, numbers: Iterator[int]) -> None:
    """One caller, which keeps its connection while it can: of twenty requests two are streams, one of them left."""
    place = urlsplit(url)
    writer: asyncio.StreamWriter | None = None
    for number in numbers:
        if writer is None:
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
        body, leaves = (STREAM if number % 20 in (0, 1) else PLAIN), number % 20 == 1
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {TOKEN}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        told = await reader.readuntil(b"\r\n\r\n")
        assert told.startswith(b"HTTP/1.1 200"), told
        if leaves:
            await reader.readuntil(b"\n\n")
            writer.transport.abort()
            writer = None
        elif body is STREAM:
            await reader.readuntil(b"\r\n0\r\n\r\n")
        else:
            lengths = [line for line in told.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            await reader.readexactly(int(lengths[0][15:]))
    if writer is not None:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
