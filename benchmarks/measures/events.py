"""From a journal entry to 500 listeners, and how often the journal is read for them."""

import asyncio
import json
import time
from contextlib import closing
from datetime import UTC, datetime

from benchmarks import machine
from benchmarks.browser import Browser
from benchmarks.place import Place
from benchmarks.result import Result, percentile
from tests.server import Server

EVENT_MS = 300.0
BETWEEN_S = 0.25
PATIENCE_S = 15.0


def measure(place: Place) -> list[Result]:
    """Many clients on real connections, and entries that calls of the API leave."""
    with closing(place.server("events")) as server:
        server.start()
        return asyncio.run(listened(server, place.sizes.clients, place.sizes.events))


async def listened(server: Server, clients: int, entries: int) -> list[Result]:
    """Open the streams, have things happen, and see when each client hears of it."""
    heard: list[list[float]] = [[] for _ in range(clients)]
    ready = [asyncio.Event() for _ in range(clients)]
    followers = [asyncio.create_task(follow(server, heard[one], ready[one])) for one in range(clients)]
    async with asyncio.timeout(60):
        await asyncio.gather(*(one.wait() for one in ready))
    browser = Browser(server)
    await asyncio.sleep(1)
    used = machine.cpu_s(server.pid)
    for number in range(entries):
        tier = 100 + number // 2
        verb = ("pause", "resume")[number % 2]
        await asyncio.to_thread(browser.post, f"/control/{verb}", {"tier": tier})
        await asyncio.sleep(BETWEEN_S)
    least = entries  # each call leaves one entry at the least
    deadline = time.monotonic() + PATIENCE_S
    while any(len(one) < least for one in heard) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    used = machine.cpu_s(server.pid) - used
    for one in followers:
        one.cancel()
    await asyncio.gather(*followers, return_exceptions=True)
    counts = {len(one) for one in heard}
    delays = sorted(delay for one in heard for delay in one)
    note = f"p50 {percentile(delays, 50):.0f} ms; {max(counts)} entries each, {used * 1e6 / len(delays):.0f} us each"
    return [
        Result(
            what=f"journal entry to {clients} clients, p99", measured=percentile(delays, 99), unit="ms",
            budget=EVENT_MS, note=note,
        ),
        Result(
            what="entries that some client missed", measured=max(counts) - min(counts), unit="entries",
            note="they should all hear the same",
        ),
    ]  # fmt: skip


async def follow(server: Server, heard: list[float], ready: asyncio.Event) -> None:
    """One client: note how old each entry is when it arrives, in milliseconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        f"GET /events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode()
    )
    try:
        assert b" 200 " in await reader.readline()
        while await reader.readline() != b"\r\n":
            pass
        ready.set()
        while line := await reader.readline():
            if line.startswith(b"data: "):
                now = datetime.now(UTC)
                at = datetime.fromisoformat(json.loads(line[6:])["at"])
                heard.append((now - at).total_seconds() * 1000)
    finally:
        writer.close()
