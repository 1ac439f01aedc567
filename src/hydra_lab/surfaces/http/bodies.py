"""Request bodies: one that is too large is refused before it is read; one that goes to disk is never in memory."""

import tempfile
from functools import partial
from io import BufferedRandom
from pathlib import Path
from typing import cast

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from hydra_lab.kernel.errors import NotReady, TooLarge

TOGETHER = 1 << 20


def limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """``receive`` that raises ``TooLarge`` when the announced or the actual body exceeds ``limit`` bytes."""
    seen = 0

    async def take() -> Message:
        nonlocal seen
        if seen == 0 and announced(scope) > limit:
            raise too_large(limit)
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise too_large(limit)
        return message

    return take


async def on_disk(request: Request, folder: Path, limiter: CapacityLimiter) -> BufferedRandom:
    """The body as a file that has no name, so that nothing is left of it whatever happens; the caller closes it."""
    run = partial(to_thread.run_sync, limiter=limiter)
    file = cast(BufferedRandom, await run(partial(tempfile.TemporaryFile, dir=folder)))
    try:
        gathered = bytearray()
        async for piece in request.stream():
            gathered += piece
            if len(gathered) >= TOGETHER:
                await run(file.write, bytes(gathered))
                gathered.clear()
        await run(file.write, bytes(gathered))
        await run(file.seek, 0)
    except BaseException as error:
        file.close()
        if isinstance(error, OSError):
            raise NotReady("What was sent cannot be written to disk.", fix=f"Make room in {folder}.") from error
        raise
    return file


def announced(scope: Scope) -> int:
    """The body's size as ``Content-Length`` says, 0 where it says nothing."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def too_large(limit: int) -> TooLarge:
    """The error of a body above the limit."""
    size = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit >> 10} KiB"
    return TooLarge(f"The request body is larger than {size}.", fix="Send less at once.", limit_bytes=limit)
