"""Batches and their requests in the database: the area's SQL about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from hydra_lab.areas.batches.model import Batch, Counts, Ended, Request, RequestState, Wrong
from hydra_lab.areas.batches.tables import batches, requests
from hydra_lab.kernel.work.tables import items

CHUNK = 200


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it is kept, without what was asked."""

    number: int
    custom_id: str | None
    state: RequestState
    model: str | None
    status: int | None
    excerpt: str | None
    error: dict[str, Any] | None
    tries: int
    seconds: float | None
    prompt_tokens: int | None
    completion_tokens: int | None


def begin(connection: Connection, item: str, now: datetime) -> None:
    """A batch whose requests are about to be read, without any that were read before."""
    connection.execute(delete(requests).where(requests.c.item == item))
    connection.execute(delete(batches).where(batches.c.item == item))
    connection.execute(
        insert(batches).values(
            item=item, started_at=now, wrong=0, done=0, failed=0, left_out=0, prompt_tokens=0, completion_tokens=0,
            uncounted=0,
        )
    )  # fmt: skip


def add(connection: Connection, item: str, found: Sequence[Request | Wrong]) -> None:
    """Keep requests that were read, and lines that are none."""
    rows = [
        {"item": item, "number": one.number, "custom_id": one.custom_id, "state": RequestState.WAITING, "tries": 0,
         "url": one.url, "model": one.model, "body": one.body, "error": None}
        if isinstance(one, Request)
        else {"item": item, "number": one.number, "custom_id": one.custom_id, "state": RequestState.WRONG, "tries": 0,
              "url": None, "model": None, "body": None,
              "error": {"code": one.code, "message": one.problem, "param": one.param}}
        for one in found
    ]  # fmt: skip
    if rows:
        connection.execute(insert(requests), rows)


def read(connection: Connection, item: str, *, total: int, wrong: int) -> None:
    """All of its requests were read."""
    connection.execute(update(batches).where(batches.c.item == item).values(total=total, wrong=wrong))


def batch(connection: Connection, item: str) -> Batch | None:
    """A batch, ``None`` where it has not begun."""
    row = connection.execute(select(batches).where(batches.c.item == item)).first()
    return batch_of(row) if row else None


def batch_of(row: Row[Any]) -> Batch:
    """A row as a batch."""
    return Batch(
        item=row.item, total=row.total, wrong=row.wrong, started_at=row.started_at, asked_at=row.asked_at,
        asked_from=row.asked_from, stopped=row.stopped, finished_at=row.finished_at, hidden=tuple(row.hidden or ()),
        counts=Counts(done=row.done, failed=row.failed, left_out=row.left_out, prompt_tokens=row.prompt_tokens,
                      completion_tokens=row.completion_tokens, uncounted=row.uncounted),
    )  # fmt: skip


def waiting(connection: Connection, item: str, after: int) -> list[int]:
    """Numbers of the next requests that nobody asked yet."""
    c = requests.c
    wanted = (c.item == item, c.state == RequestState.WAITING, c.number > after)
    return list(connection.execute(select(c.number).where(*wanted).order_by(c.number).limit(CHUNK)).scalars())


def request(connection: Connection, item: str, number: int) -> Request | None:
    """One request as it is to be asked."""
    c = requests.c
    query = select(c.number, c.custom_id, c.url, c.model, c.body).where(c.item == item, c.number == number)
    row = connection.execute(query).first()
    return Request(**row._mapping) if row else None


ENDING = (
    update(requests)
    .where(requests.c.item == bindparam("of_item"), requests.c.number == bindparam("of_number"),
           requests.c.state == RequestState.WAITING)
    .values({name: bindparam(f"new_{name}") for name in (
        "state", "status", "answer", "excerpt", "error", "tries", "seconds", "prompt_tokens", "completion_tokens")})
)  # fmt: skip


def keep(connection: Connection, item: str, ended: Sequence[Ended], counts: Counts) -> None:
    """Keep what came of requests, and the numbers with them."""
    rows = [
        {"of_item": item, "of_number": one.number, "new_state": one.state, "new_status": one.status,
         "new_answer": one.answer, "new_excerpt": one.excerpt, "new_error": one.error, "new_tries": one.tries,
         "new_seconds": one.seconds, "new_prompt_tokens": one.prompt_tokens,
         "new_completion_tokens": one.completion_tokens}
        for one in ended
    ]  # fmt: skip
    if rows:
        connection.execute(ENDING, rows)
    connection.execute(update(batches).where(batches.c.item == item).values(**vars(counts)))


def taken_up(connection: Connection, item: str, now: datetime, counts: Counts) -> None:
    """Its requests are asked from now on, the first time or again."""
    values = {"asked_at": now, "asked_from": counts.ended, "stopped": None}
    connection.execute(update(batches).where(batches.c.item == item).values(**values))


def counted(connection: Connection, item: str) -> Counts:
    """The numbers, from the requests themselves."""
    c = requests.c
    none = c.prompt_tokens.is_(None) & c.completion_tokens.is_(None)
    query = select(
        c.state, func.count(), func.coalesce(func.sum(c.prompt_tokens), 0),
        func.coalesce(func.sum(c.completion_tokens), 0), func.count().filter(none),
    )  # fmt: skip
    rows = {row[0]: row for row in connection.execute(query.where(c.item == item).group_by(c.state))}

    def of(state: RequestState, place: int) -> int:
        return int(rows[state][place]) if state in rows else 0

    both = (RequestState.DONE, RequestState.FAILED)
    return Counts(
        done=of(RequestState.DONE, 1), failed=of(RequestState.FAILED, 1),
        left_out=of(RequestState.EXPIRED, 1) + of(RequestState.OVER_BUDGET, 1),
        prompt_tokens=sum(of(state, 2) for state in both), completion_tokens=sum(of(state, 3) for state in both),
        uncounted=of(RequestState.DONE, 4),
    )  # fmt: skip


def stop(connection: Connection, item: str, why: str, left: RequestState | None, error: dict[str, Any] | None) -> None:
    """Nothing more is asked; what waits still becomes ``left``."""
    if left is not None:
        c = requests.c
        of_it = (c.item == item, c.state == RequestState.WAITING)
        connection.execute(update(requests).where(*of_it).values(state=left, error=error))
    counts = counted(connection, item)
    connection.execute(update(batches).where(batches.c.item == item).values(stopped=why, **vars(counts)))


def finish(connection: Connection, item: str, now: datetime) -> None:
    """Its files were written: what is in them is not kept twice."""
    connection.execute(update(requests).where(requests.c.item == item).values(body=None, answer=None))
    connection.execute(update(batches).where(batches.c.item == item).values(finished_at=now))


def asked(
    connection: Connection, item: str, *, states: Sequence[RequestState] = (), after: int = 0, limit: int = 50
) -> list[Asked]:
    """Requests of a batch behind a number, in order; all or those in some states."""
    c = requests.c
    columns = (c.number, c.custom_id, c.state, c.model, c.status, c.excerpt, c.error, c.tries, c.seconds,
               c.prompt_tokens, c.completion_tokens)  # fmt: skip
    query = select(*columns).where(c.item == item, c.number > after).order_by(c.number).limit(limit)
    query = query.where(c.state.in_(states)) if states else query
    rows = connection.execute(query)
    return [Asked(**{**row._mapping, "state": RequestState(row.state)}) for row in rows]


def written(
    connection: Connection, item: str, states: Sequence[RequestState], after: int, limit: int = CHUNK
) -> list[Row[Any]]:
    """What goes into a file of results: requests behind a number with their answers."""
    c = requests.c
    columns = (c.number, c.custom_id, c.state, c.status, c.answer, c.error)
    query = select(*columns).where(c.item == item, c.state.in_(states), c.number > after)
    return list(connection.execute(query.order_by(c.number).limit(limit)))


def models(connection: Connection, *ids: str) -> list[str]:
    """The models that batches ask, a few of them, by name."""
    c = requests.c
    query = select(c.model).where(c.item.in_(ids), c.model.is_not(None)).distinct().order_by(c.model).limit(5)
    return list(connection.execute(query).scalars())


def began(connection: Connection, ids: Sequence[str]) -> dict[str, Batch]:
    """Those of some work items that have begun as batches."""
    rows = connection.execute(select(batches).where(batches.c.item.in_(list(ids))))
    return {row.item: batch_of(row) for row in rows}


def newest(
    connection: Connection, operation: str, *, before: str | None = None, limit: int = 20, open_only: bool = False
) -> list[Row[Any]]:
    """Work items that are batches, the newest first: ``id``, ``actor`` and ``input``."""
    c = items.c
    query = select(c.id, c.actor, c.input).where(c.operation == operation).order_by(c.id.desc()).limit(limit)
    query = query.where(c.id < before) if before else query
    query = query.where(c.state.in_(("held", "queued", "running"))) if open_only else query
    return list(connection.execute(query))


def hide(connection: Connection, item: str, hidden: Sequence[str]) -> None:
    """Files of results that are no longer to be had as such."""
    connection.execute(update(batches).where(batches.c.item == item).values(hidden=list(hidden)))
