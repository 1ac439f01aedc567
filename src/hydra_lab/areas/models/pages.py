"""The page of models: what is loaded where, changing it, what is under way and what happened before."""

from typing import Any

from hydra_lab.areas.models.operations import LoadedView, ModelView, ServerView
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal

CHANGES = {"models.switch": "Switch to", "models.load": "Load", "models.unload": "Unload", "models.pull": "Get"}
SHOWN = 12
# State: the name of its look, its icon, and the word for it.
LOOKS = {
    "there": ("ok", "circle-check", "answers"), "lost": ("bad", "unplug", "lost"),
    "unknown": ("unknown", "circle-question-mark", "not looked at yet"),
}  # fmt: skip


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every server with what it holds and has, as it was last seen; no server is asked."""
    servers: list[ServerView] = ctx.call("models.status").servers
    models: list[ModelView] = ctx.call("models.available").models
    loaded: list[LoadedView] = ctx.call("models.loaded").loaded
    with ctx.read() as connection:
        events = journal.page(connection, Filter(topics=("models",)), before=None, limit=SHOWN)
    rows = [
        {
            "one": one, "look": LOOKS[one.state],
            "models": [each for each in models if each.server == one.id],
            "loaded": [each for each in loaded if each.server == one.id],
        }
        for one in sorted(servers, key=lambda one: (one.state == "there", one.title))
    ]  # fmt: skip
    return {
        "missing": not ctx.services.integrations.configured("model_backend"),
        "rows": rows,
        "said": said(servers, loaded),
        "titles": {one.id: one.title for one in servers},
        "doing": CHANGES,
        "under_way": under_way(ctx),
        "events": events,
        "pulling": [one for one in servers if one.pulls and one.state == "there"],
    }


def under_way(ctx: Context) -> list[Any]:
    """The changes that run or wait, those that run first."""
    found = [
        item
        for state in ("running", "queued", "held")
        for operation in CHANGES
        for item in ctx.call("queue.list", operation=operation, state=state, limit=5).items
    ]
    return found[:SHOWN]


def said(servers: list[ServerView], loaded: list[LoadedView]) -> str:
    """All of it in one sentence."""
    if not servers:
        return "What the lab's model servers have, what is loaded where, and changing it."
    there = sum(one.state == "there" for one in servers)
    held = [one.gpu_gib for one in loaded if one.gpu_gib is not None]
    parts = [
        f"{there} of {len(servers)} servers answer",
        f"{len(loaded)} model{'' if len(loaded) == 1 else 's'} loaded",
    ]
    if held:
        parts.append(f"{sum(held):.1f} GiB held by {'it' if len(loaded) == len(held) == 1 else f'{len(held)} of them'}")
    return f"{', '.join(parts)}."


PAGES = (
    Page(path="/models", title="Models", template="list.html", load=load, nav=("Lab", 20, "brain", "Models")),
)  # fmt: skip
