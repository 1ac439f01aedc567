"""Files of results, in OpenAI's batch output format, made line by line from what is kept of each request."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Row

from hydra_lab.areas.batches import store
from hydra_lab.areas.batches.model import RequestState
from hydra_lab.kernel.context import Context


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
