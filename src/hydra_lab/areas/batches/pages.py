"""The pages of batches: all of them with how far they are, and one with its requests."""

from typing import Any

from hydra_lab.areas.batches import store, views
from hydra_lab.areas.batches.doing.running import NEED
from hydra_lab.areas.batches.model import Batch, RequestState
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work import Item, State

SHOWN, ROWS = 15, 50
WORDS = {
    "validating": "not begun", "in_progress": "being asked", "finalizing": "being written", "completed": "completed",
    "failed": "failed", "expired": "out of time", "over_budget": "out of tokens", "cancelled": "cancelled",
}  # fmt: skip
STATES = {
    RequestState.DONE: ("done", "answered"), RequestState.FAILED: ("failed", "failed"),
    RequestState.WAITING: ("queued", "waiting"), RequestState.EXPIRED: ("cancelled", "not asked: out of time"),
    RequestState.OVER_BUDGET: ("cancelled", "not asked: out of tokens"), RequestState.WRONG: ("failed", "no request"),
}  # fmt: skip
EXAMPLE = (
    '{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", '
    '"body": {"model": "…", "messages": [{"role": "user", "content": "Hello"}]}}'
)


def row(ctx: Context, item: Item, batch: Batch | None, models: list[str] | None = None) -> dict[str, Any]:
    """A batch as it is drawn."""
    view = views.view(ctx, item, batch, models)
    total = view.requests or 0
    parts = ((view.completed, "a"), (view.failed + view.wrong, "bad"), (view.not_asked, "b"))
    return {
        "view": view, "item": item, "look": "warn" if view.status in ("expired", "over_budget") else item.state.value,
        "word": WORDS[view.status], "segments": [(100 * count / total, look) for count, look in parts if total],
        "share": None if not total else (view.completed + view.failed + view.not_asked) / total,
        "running": item.state is State.RUNNING,
    }  # fmt: skip


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The newest batches."""
    before = request.query.get("before") or None
    found = views.newest(ctx, before=before, limit=SHOWN + 1)
    with ctx.read() as connection:
        models = store.models(connection, *(item.id for item, _ in found))
    return {
        "rows": [row(ctx, *one) for one in found[:SHOWN]], "before": before, "example": EXAMPLE,
        "older": found[SHOWN - 1][0].id if len(found) > SHOWN else None,
        "missing": not ctx.services.integrations.configured(NEED), "models": models,
    }  # fmt: skip


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One batch, with its requests."""
    item, batch = views.one(ctx, request.path["id"])
    wanted = request.query.get("show", "")
    states = [state for state in RequestState if state.value in wanted.split(",")]
    after = int(request.query.get("after", "0")) if request.query.get("after", "0").isdigit() else 0
    with ctx.read() as connection:
        models = store.models(connection, item.id)
        found = store.asked(connection, item.id, states=states, after=after, limit=ROWS + 1)
    shown = row(ctx, item, batch, models)
    view = shown["view"]
    left_out = ",".join((RequestState.EXPIRED, RequestState.OVER_BUDGET))
    kinds = [("", "All", view.requests or 0), ("done", "Answered", view.completed), ("failed", "Failed", view.failed),
             ("wrong", "No requests", view.wrong), (left_out, "Not asked", view.not_asked),
             ("waiting", "Waiting", view.waiting or 0)]  # fmt: skip
    return {
        "title": item.title, "row": shown, "view": view, "item": item, "batch": batch, "models": models,
        "states": STATES,
        "kinds": [one for one in kinds if one[2] or not one[0]], "wanted": wanted, "after": after,
        "requests": [views.request_view(one) for one in found[:ROWS]],
        "further": found[ROWS - 1].number if len(found) > ROWS else None,
    }  # fmt: skip


PAGES = (
    Page(path="/batches", title="Batches", template="list.html", load=load_list,
         nav=("Lab", 28, "list-todo", "Batches")),
    Page(path="/batches/{id}", title="Batch", template="one.html", load=load_one),
)  # fmt: skip
