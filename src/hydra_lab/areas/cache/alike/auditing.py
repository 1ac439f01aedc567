"""The shadow audit: a share of the answers from the cache is asked again and compared, unseen by who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.alike.judging import mean_the_same
from hydra_lab.areas.cache.asking.answers import WELL_ENDED, words
from hydra_lab.areas.cache.asking.keys import Key
from hydra_lab.areas.cache.noting import shown
from hydra_lab.areas.cache.store import Entry
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.inference import ask
from hydra_lab.kernel.inference.caching import Asked

if TYPE_CHECKING:
    from hydra_lab.areas.cache.serving import Cache


def audit(
    ctx: Context, cache: Cache, asked: Asked, key: Key, entry: Entry, event: str, similarity: float | None
) -> None:
    """Ask the model what it would have answered; note and learn whether the cache was right.

    A model that cannot answer now, or only after another was unloaded for it, leaves the audit out.
    """
    body = {name: value for name, value in asked.read.items() if name not in ("stream", "stream_options")}
    try:
        answered = ask(ctx, body, asked.path)
    except HydraError:
        return
    choices = answered.body.get("choices")
    whole = answered.ok and isinstance(choices, list) and choices and choices[0].get("finish_reason") in WELL_ENDED
    if not whole or not answered.text:
        return
    right = mean_the_same(ctx, cache.wishes.known(), key.text, words(entry.answer), answered.text)
    if right is None:
        return
    if similarity is not None:
        cache.semantic.observe(ctx, entry.id, similarity, key.text, right=right, source="audit")
    cache.notes.write()
    with ctx.begin() as connection:
        store.judge(connection, event, right=right, other=shown(answered.text), judged_by="audit")
