"""What the cache offers to features it does not know: answers to the gateway, numbers, and dropping what is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.serving import Cache
from hydra_lab.areas.cache.suite import SUITE
from hydra_lab.areas.cache.traffic import store as traffic
from hydra_lab.areas.cache.traffic.recording import bounds_of
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import AnswerCache, Beat, Contribution, Measures
from hydra_lab.kernel.inference.caching import Asked, Fresh, Kept
from hydra_lab.kernel.services import Services

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def is_on(services: Services, model: str, key: str) -> bool:
    """Whether a request is for the cache, or is recorded."""
    return services.lasting(Cache).wishes.is_on(model, key)


def answers(services: Services, model: str, key: str) -> bool:
    """Whether a request may be answered from the cache."""
    return services.lasting(Cache).wishes.known().rule(model, key) is not None


async def look(ctx: Context, asked: Asked) -> Kept | None:
    """A kept answer, if one fits."""
    return await ctx.services.lasting(Cache).look(ctx, asked)


def keep(ctx: Context, asked: Asked, fresh: Fresh) -> None:
    """Keep what a model answered."""
    ctx.services.lasting(Cache).keep(ctx, asked, fresh)


def expire(ctx: Context) -> None:
    """Drop the answers whose time is over, what was noted of them, and what was recorded long enough ago."""
    settings = ctx.services.lasting(Cache).wishes.known()
    bounds = bounds_of(settings, ctx.clock.now())
    with ctx.read() as connection:
        has_ended, is_over = store.has_ended(connection, ctx.clock.now()), traffic.is_over(connection, bounds)
    if has_ended:
        with ctx.begin() as connection:
            store.drop_ended(connection, ctx.clock.now())
    if is_over:
        with ctx.begin() as connection:
            traffic.prune(connection, bounds)


def collect(ctx: Context) -> Iterator[Metric]:
    """How many questions were answered from the cache, how many were not, and what is kept."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    cache = ctx.services.lasting(Cache)
    asked = CounterMetricFamily(
        "hydra_cache_questions", "What became of questions to the cache.", labels=["model", "result"]
    )
    for (model, what), number in cache.counts.copy().items():
        asked.add_metric([model, what], number)
    audits = GaugeMetricFamily(
        "hydra_cache_audited", "Of the latest answers from the cache those asked again.", labels=["kind", "verdict"]
    )
    with ctx.read() as connection:
        count, size = store.totals(connection)
        for kind in ("exact", "semantic"):
            compared, wrong = store.audited(connection, kind)
            audits.add_metric([kind, "right"], compared - wrong)
            audits.add_metric([kind, "wrong"], wrong)
    yield asked
    yield audits
    yield GaugeMetricFamily("hydra_cache_entries", "Answers that are kept.", value=count)
    yield GaugeMetricFamily("hydra_cache_bytes", "Bytes of the answers that are kept.", value=size)


CONTRIBUTIONS: tuple[Contribution, ...] = (
    AnswerCache(name="cache", is_on=is_on, answers=answers, look=look, keep=keep),
    Beat(name="cache-expire", every_s=300.0, run=expire),
    Measures(name="cache", collect=collect),
    SUITE,
)
