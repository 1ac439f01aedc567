"""Batches as they are told: how far they are, what they took, and what became of each request."""

from datetime import datetime
from typing import Any

from hydra_lab.areas.batches import store
from hydra_lab.areas.batches.model import Batch, RequestState
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.work import Item, State
from hydra_lab.kernel.work import store as work_store

OPERATION = "inference.batch"


class BatchView(Output):
    """A batch. Numbers are ``None`` until its requests were read; ``left_s`` is an estimate."""

    id: str
    title: str
    status: str
    detail: str | None = None
    requests: int | None = None
    completed: int = 0
    failed: int = 0
    not_asked: int = 0
    waiting: int | None = None
    wrong: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0
    models: list[str] = []
    left_s: float | None = None
    created_by: str
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None


class RequestView(Output):
    """One request. ``number`` is its line's; ``excerpt`` the beginning of its answer."""

    number: int
    custom_id: str | None
    state: str
    model: str | None
    status: int | None
    excerpt: str | None
    code: str | None
    error: str | None
    tries: int
    seconds: float | None
    prompt_tokens: int | None
    completion_tokens: int | None


def status_of(item: Item, batch: Batch | None) -> str:
    """OpenAI's word for how a batch is, and ``over_budget``."""
    match item.state:
        case State.DONE:
            return (batch.stopped if batch else None) or "completed"
        case State.CANCELLED:
            return "cancelled"
        case State.FAILED:
            return "expired" if batch is None and is_late(item) else "failed"
        case _:
            if batch is None or batch.total is None or batch.wrong:
                return "validating"
            return "finalizing" if batch.stopped else "in_progress"


def is_late(item: Item) -> bool:
    """Whether it failed for its time passed before it could begin."""
    return item.deadline is not None and item.finished_at is not None and item.finished_at >= item.deadline


def view(ctx: Context, item: Item, batch: Batch | None, models: list[str] | None = None) -> BatchView:
    """A batch with its work item."""
    held = item.holds[0].detail if item.state is State.HELD and item.holds else None
    about: dict[str, Any] = {}
    if batch is not None:
        counts = batch.counts
        running = item.state is State.RUNNING
        about = {
            "requests": batch.total, "completed": counts.done, "failed": counts.failed, "wrong": batch.wrong,
            "not_asked": counts.left_out, "prompt_tokens": counts.prompt_tokens, "uncounted": counts.uncounted,
            "completion_tokens": counts.completion_tokens, "started_at": batch.started_at,
            "waiting": None if batch.total is None else batch.total - batch.wrong - counts.ended,
            "left_s": batch.left_s(ctx.services.clock.now()) if running else None,
        }  # fmt: skip
    return BatchView(
        id=item.id, title=item.title, status=status_of(item, batch), models=models or [], created_at=item.created_at,
        detail=item.error.detail if item.error and item.state is State.FAILED else held,
        created_by=item.created_by, finished_at=item.finished_at, **about,
    )  # fmt: skip


def newest(
    ctx: Context, *, before: str | None = None, limit: int = 20, owner: str | None = None
) -> list[tuple[Item, Batch | None]]:
    """Batches, the newest first, all or one owner's; those older than ``before``."""
    found: list[tuple[Item, Batch | None]] = []
    everything = ctx.services.work.everything_hold()
    with ctx.read() as connection:
        while len(found) < limit:
            rows = store.newest(connection, OPERATION, before=before, limit=limit)
            ids = [row.id for row in rows if owner in (None, f"{row.actor['kind']}:{row.actor['name']}")]
            items = work_store.items_by_id(connection, ids, everything)
            begun = store.began(connection, ids)
            found += [(items[id], begun.get(id)) for id in ids if id in items]
            if len(rows) < limit:
                break
            before = rows[-1].id
    return found[:limit]


def one(ctx: Context, id: str) -> tuple[Item, Batch | None]:
    """A batch by its work item's id. Raises ``NotFound``."""
    try:
        item = ctx.services.work.get(id)
    except NotFound:
        item = None
    if item is None or item.operation != OPERATION:
        raise NotFound(f"There is no batch {id}.", fix="GET /batches lists them.")
    with ctx.read() as connection:
        return item, store.batch(connection, id)


def request_view(one: store.Asked) -> RequestView:
    """A request."""
    error = one.error or {}
    return RequestView(
        number=one.number, custom_id=one.custom_id, state=one.state.value, model=one.model, status=one.status,
        excerpt=one.excerpt, code=error.get("code"), error=error.get("message"), tries=one.tries, seconds=one.seconds,
        prompt_tokens=one.prompt_tokens, completion_tokens=one.completion_tokens,
    )  # fmt: skip


TROUBLE = (RequestState.WRONG, RequestState.FAILED, RequestState.EXPIRED, RequestState.OVER_BUDGET)
