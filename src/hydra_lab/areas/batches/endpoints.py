"""OpenAI's batches: make one of an uploaded file, see how far it is, cancel it. Each is a work item of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from hydra_lab.areas.batches import store, views
from hydra_lab.areas.batches.doing.reading import URLS
from hydra_lab.areas.batches.files import kept
from hydra_lab.areas.batches.files import store as files
from hydra_lab.areas.batches.files.endpoints import JSON, answer, listed
from hydra_lab.areas.batches.model import Batch, RequestState, span
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.inference.openai import SCOPE, as_openai
from hydra_lab.kernel.operation import Effect, Input, Raw, endpoint
from hydra_lab.kernel.work import Item, Priority

START = "batch_"
ERRORS_TOLD = 1000


class ToCreate(Input):
    """A batch as OpenAI's clients ask for it. ``window`` and ``priority`` in ``metadata`` are those of the queue."""

    input_file_id: str = Field(max_length=100)
    endpoint: str = Field(max_length=100)
    completion_window: str = Field(max_length=10)
    metadata: dict[str, str] | None = Field(default=None, max_length=16)


class ToList(Input):
    """Which batches."""

    after: str | None = Field(default=None, max_length=100, description="Only those behind this one")
    limit: int = Field(default=20, ge=1, le=100)


class BatchId(Input):
    """Which batch."""

    id: str = Field(max_length=100)


@endpoint("batches.create", effect=Effect.WRITE, path="POST /v1/batches", scope=SCOPE, passes_on=True,
          media_type=JSON, error_shape=as_openai)  # fmt: skip
def create(ctx: Context, input: ToCreate) -> Raw:
    """Make a batch of an uploaded file, as OpenAI's interface has it; it is queued like any other work.

    `metadata` may say when: `window` (such as `overnight`) and `priority`.
    """
    file = kept.found(ctx, input.input_file_id)
    if not isinstance(file, files.File) or file.purpose != "batch":
        raise wrong("input_file_id", "That file is not for batches.", "Upload it with the purpose batch.")
    if input.endpoint not in URLS:
        raise wrong("endpoint", f"“{input.endpoint}” is no path of batches.", f"One of {', '.join(URLS)}.")
    notes = input.metadata or {}
    given = {"file": file.id, "endpoint": input.endpoint, "completion_window": input.completion_window,
             "metadata": notes}  # fmt: skip
    try:
        priority = Priority(notes.get("priority", "medium"))
    except ValueError as error:
        raise wrong("metadata.priority", "That is no priority.", "One of critical, high, medium, low.") from error
    item = ctx.enqueue(
        views.OPERATION, given, title=f"Batch of {file.filename}"[:200], window=notes.get("window"),
        priority=priority, deadline=ctx.clock.now() + span(input.completion_window),
    )  # fmt: skip
    return answer(told(ctx, item, None))


def wrong(field: str, detail: str, fix: str) -> Invalid:
    """A field that will not do."""
    return Invalid(detail, problems=[{"field": field, "problem": detail}], fix=fix)


@endpoint("batches.index", effect=Effect.READ, path="GET /v1/batches", scope=SCOPE, media_type=JSON,
          error_shape=as_openai)  # fmt: skip
def index(ctx: Context, input: ToList) -> Raw:
    """List batches, the newest first, as OpenAI's interface has it."""
    before = item_of(input.after) if input.after else None
    found = views.newest(ctx, before=before, limit=input.limit + 1, owner=kept.owner_seen(ctx))
    shown = [told(ctx, *one) for one in found[: input.limit]]
    return listed(shown, has_more=len(found) > len(shown))


@endpoint("batches.retrieve", effect=Effect.READ, path="GET /v1/batches/{id}", scope=SCOPE, media_type=JSON,
          error_shape=as_openai)  # fmt: skip
def retrieve(ctx: Context, input: BatchId) -> Raw:
    """Tell how far a batch is, as OpenAI's interface has it."""
    return answer(told(ctx, *seen(ctx, input.id)))


@endpoint("batches.cancel", effect=Effect.WRITE, path="POST /v1/batches/{id}/cancel", scope=SCOPE, subject="id",
          media_type=JSON, error_shape=as_openai)  # fmt: skip
def cancel(ctx: Context, input: BatchId) -> Raw:
    """Cancel a batch, as OpenAI's interface has it. Answers that came are kept and can be downloaded."""
    item, batch = seen(ctx, input.id)
    if item.state.is_over:
        raise Conflict(f"The batch is {views.status_of(item, batch)}.", fix="It is over; there is nothing to cancel.")
    item = ctx.services.work.cancel(item.id, ctx.actor, ctx.cause)
    return answer(told(ctx, *views.one(ctx, item.id)))


def item_of(id: str) -> str:
    """The work item of a batch. Raises ``NotFound``."""
    found = kept.item_id(id.removeprefix(START))
    if found is None or not id.startswith(START):
        raise NotFound(f"There is no batch “{id}”.", fix="GET /v1/batches lists those there are.")
    return found


def seen(ctx: Context, id: str) -> tuple[Item, Batch | None]:
    """A batch that the caller may see. Raises ``NotFound``."""
    item, batch = views.one(ctx, item_of(id))
    if kept.owner_seen(ctx) not in (None, item.created_by):
        raise NotFound(f"There is no batch “{id}”.", fix="GET /v1/batches lists those there are.")
    return item, batch


def told(ctx: Context, item: Item, batch: Batch | None) -> dict[str, Any]:
    """A batch as OpenAI's interface tells it. Tokens spent beyond its bounds make it expired, too."""
    status = views.status_of(item, batch)
    status = "expired" if status == "over_budget" else status
    given, window = item.input, item.input.get("completion_window")
    counts = batch.counts if batch else None
    ends = item.created_at + span(window) if window else None
    files_ = {kind: kept.made_id(kind, item.id) for kind in kept.kinds_of(item, batch)}
    over = {f"{name}_at": stamp(item.finished_at) if status == name else None
            for name in ("completed", "failed", "expired", "cancelled")}  # fmt: skip
    return {
        "id": START + item.id.replace("-", ""), "object": "batch", "endpoint": given.get("endpoint") or "",
        "errors": errors(ctx, item, batch) if status == "failed" else None, "status": status,
        "input_file_id": given.get("file") or "", "completion_window": window or "",
        "output_file_id": files_.get("out"), "error_file_id": files_.get("err"), "created_at": stamp(item.created_at),
        "in_progress_at": stamp(batch.started_at) if batch and batch.total is not None and not batch.wrong else None,
        "expires_at": stamp(ends), "finalizing_at": stamp(batch.finished_at) if batch else None, **over,
        "cancelling_at": over["cancelled_at"],
        "request_counts": {
            "total": (batch.total if batch else None) or 0, "completed": counts.done if counts else 0,
            "failed": counts.failed if counts else 0,
        },
        "usage": {
            "input_tokens": counts.prompt_tokens, "output_tokens": counts.completion_tokens,
            "total_tokens": counts.tokens, "input_tokens_details": None, "output_tokens_details": None,
        } if counts else None,
        "metadata": given.get("metadata") or None,
    }  # fmt: skip


def errors(ctx: Context, item: Item, batch: Batch | None) -> dict[str, Any]:
    """Why a batch failed: its wrong lines, or else what its work failed with."""
    with ctx.read() as connection:
        lines = store.asked(connection, item.id, states=(RequestState.WRONG,), limit=ERRORS_TOLD) if batch else []
    data: list[dict[str, Any]] = [{**(one.error or {}), "line": one.number} for one in lines]
    if not data and item.error:
        data = [{"code": item.error.code, "message": item.error.detail, "line": None, "param": None}]
    return {"object": "list", "data": data}


def stamp(at: datetime | None) -> int | None:
    """A time as OpenAI's interface has it."""
    return int(at.timestamp()) if at else None
