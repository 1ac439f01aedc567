"""The page of the cache: what it answers, for whom it is on, and what it keeps."""

from typing import Any

from hydra_lab.areas.cache.operations import Find, Latest, entries, hits, near_misses, settings
from hydra_lab.areas.cache.serving import Cache
from hydra_lab.areas.cache.traffic import store as traffic
from hydra_lab.areas.cache.traffic.operations import latest
from hydra_lab.areas.cache.views import status_of
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Nothing


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """What is known; no model is asked."""
    text = request.query.get("q", "")[:500]
    ctx.services.lasting(Cache).recorder.write()
    with ctx.read() as connection:
        recorded, models = traffic.totals(connection), traffic.models(connection)
    analysis = latest(ctx)
    return {
        "recorded": recorded,
        "recorded_models": models,
        "analysis": analysis,
        "chosen": next((one for one in analysis.options if one.id == analysis.recommended), None) if analysis else None,
        "analyzing": under_way(ctx),
        "status": status_of(ctx),
        "settings": settings(ctx, Nothing()),
        "hits": hits(ctx, Latest(limit=20)).events,
        "near": near_misses(ctx, Latest(limit=20)).events,
        "entries": entries(ctx, Find(text=text or None, limit=20)).entries,
        "text": text,
    }


def under_way(ctx: Context) -> list[Any]:
    """The analyses that run or wait."""
    return [
        item
        for state in ("running", "queued", "held")
        for item in ctx.call("queue.list", operation="cache.analyze", state=state, limit=5).items
    ]


PAGES = (
    Page(path="/cache", title="Cache", template="cache.html", load=load, nav=("Lab", 27, "archive", "Cache")),
)  # fmt: skip
