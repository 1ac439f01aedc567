"""Look at batches: how far each is, its requests, and its files of results."""

from typing import Literal

from pydantic import Field

from hydra_lab.areas.batches import store, views, work
from hydra_lab.areas.batches.doing.writing import as_chunks
from hydra_lab.areas.batches.model import OF_ERRORS, OF_RESULTS, RequestState
from hydra_lab.areas.batches.views import BatchView, RequestView
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Input, Output, Raw, endpoint, operation


class Listed(Input):
    """Which batches."""

    before: str | None = Field(default=None, max_length=64, description="Only those older than this one")
    limit: int = Field(default=20, ge=1, le=100)


class BatchId(Input):
    """Which batch, by its work item's id."""

    id: str = Field(max_length=64)


class Requests(Input):
    """Which requests of which batch."""

    id: str = Field(max_length=64)
    state: RequestState | None = Field(default=None, description="Only those in one state")
    after: int = Field(default=0, ge=0, description="Only those behind this number")
    limit: int = Field(default=100, ge=1, le=1000)


class File(Input):
    """Which of a batch's files."""

    id: str = Field(max_length=64)
    file: Literal["results", "errors"] = "results"


class Batches(Output):
    """Batches, the newest first. ``next`` goes into ``before`` for those after them."""

    batches: list[BatchView]
    next: str | None = None


class Asked(Output):
    """Requests, in order. ``next`` goes into ``after`` for those behind them."""

    requests: list[RequestView]
    next: int | None = None


@operation("batches.list", effect=Effect.READ)
def list_(ctx: Context, input: Listed) -> Batches:
    """Show batches, the newest first, with how far each is."""
    found = views.newest(ctx, before=input.before, limit=input.limit + 1)
    shown = [views.view(ctx, *one) for one in found[: input.limit]]
    return Batches(batches=shown, next=shown[-1].id if len(found) > len(shown) else None)


@operation("batches.show", effect=Effect.READ, path="GET /batches/{id}")
def show(ctx: Context, input: BatchId) -> BatchView:
    """Show one batch: its numbers, its tokens, and how long it still takes."""
    item, batch = views.one(ctx, input.id)
    with ctx.read() as connection:
        models = store.models(connection, item.id)
    return views.view(ctx, item, batch, models)


@operation("batches.requests", effect=Effect.READ, path="GET /batches/{id}/requests")
def requests(ctx: Context, input: Requests) -> Asked:
    """Show what became of a batch's requests, those with trouble only if wanted."""
    views.one(ctx, input.id)
    states = (input.state,) if input.state else ()
    with ctx.read() as connection:
        found = store.asked(connection, input.id, states=states, after=input.after, limit=input.limit + 1)
    shown = [views.request_view(one) for one in found[: input.limit]]
    return Asked(requests=shown, next=shown[-1].number if len(found) > len(shown) else None)


@endpoint("batches.download", effect=Effect.READ, path="GET /batches/{id}/{file}.jsonl", media_type=work.JSONL)
def download(ctx: Context, input: File) -> Raw:
    """Download a batch's answers, or its errors, also while it runs."""
    item, _ = views.one(ctx, input.id)
    states = OF_RESULTS if input.file == "results" else OF_ERRORS
    name = work.RESULTS if input.file == "results" else work.ERRORS
    return Raw(chunks=as_chunks(ctx, item.id, name, states), media_type=work.JSONL, filename=name)
