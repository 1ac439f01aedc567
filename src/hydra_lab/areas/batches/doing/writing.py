"""Files of results, in OpenAI's batch output format, made line by line from what is kept of each request."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Row

from hydra_lab.areas.batches import store
from hydra_lab.areas.batches.model import RequestState
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work.logs.report import read_file

TOGETHER = 256 << 10


def written_lines(ctx: Context, item: str, states: Sequence[RequestState]) -> Iterator[bytes]:
    """The lines of requests in some states, in the order in which they were given."""
    after = 0
    while True:
        with ctx.read() as connection:
            rows = store.written(connection, item, states, after)
        for row in rows:
            yield line_of(item, row)
        if not rows:
            return
        after = rows[-1].number


def line_of(item: str, row: Row[Any]) -> bytes:
    """One line. What a server answered is in it as it is kept, whatever that is."""
    id = f"batch_req_{item.replace('-', '')}_{row.number}"
    head = to_json({"id": id, "custom_id": row.custom_id}).decode()[:-1]
    if row.answer is None:
        return f'{head},"response":null,"error":{to_json(row.error).decode()}}}\n'.encode()
    response = to_json({"status_code": row.status, "request_id": id}).decode()[:-1]
    return f'{head},"response":{response},"body":{row.answer}}},"error":null}}\n'.encode()


async def as_chunks(ctx: Context, item: str, name: str, states: Sequence[RequestState]) -> AsyncIterator[bytes]:
    """A file of results as it is now: the one that was kept, or made of what came so far."""
    kept = await asyncio.to_thread(read_file, ctx.services, item, name)
    if kept is not None and kept[1] is None:
        yield kept[0].content or b""
        return
    pieces = grouped(file_pieces(kept[1]) if kept and kept[1] else written_lines(ctx, item, states))
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def file_pieces(path: Path) -> Iterator[bytes]:
    """A file on disk, bit by bit."""
    with path.open("rb") as file:
        while piece := file.read(TOGETHER):
            yield piece


def grouped(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines in larger pieces."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= TOGETHER:
            yield bytes(piece)
            piece = bytearray()
    if piece:
        yield bytes(piece)
