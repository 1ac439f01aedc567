"""The gateway's numbers for Prometheus, of each model, server and key since the start of the process."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from hydra_lab.areas.gateway.serving.counting import SECONDS, Spread
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.kernel.context import Context

if TYPE_CHECKING:
    from prometheus_client.core import Metric

LABELS = ["model", "server", "key"]


def collect(ctx: Context) -> Iterator[Metric]:
    """Requests, failures, tokens, waits, times to the first token, swaps, and who waits now."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    router = ctx.services.lasting(Router)
    series = list(router.counting.series.items())
    requests = CounterMetricFamily("hydra_gateway_requests", "Requests.", labels=LABELS)
    failures = CounterMetricFamily("hydra_gateway_failures", "Requests that failed.", labels=[*LABELS, "code"])
    tokens = CounterMetricFamily("hydra_gateway_tokens", "Tokens.", labels=[*LABELS, "kind"])
    rate = GaugeMetricFamily("hydra_gateway_tokens_per_second", "Mean speed of streams.", labels=LABELS)
    spreads = {
        "seconds": HistogramMetricFamily("hydra_gateway_request_seconds", "From sent to ended.", labels=LABELS),
        "queued": HistogramMetricFamily("hydra_gateway_queue_seconds", "Waits before a server.", labels=LABELS),
        "first_token": HistogramMetricFamily(
            "hydra_gateway_first_token_seconds", "From sent to the first token of a stream.", labels=LABELS
        ),
    }
    for label, one in series:
        requests.add_metric(label, one.requests)
        for code, count in list(one.failures.items()):
            failures.add_metric([*label, code], count)
        tokens.add_metric([*label, "prompt"], one.prompt)
        tokens.add_metric([*label, "completion"], one.completion)
        if one.generating_s > 0:
            rate.add_metric(label, one.generated / one.generating_s)
        for name, family in spreads.items():
            spread: Spread = getattr(one, name)
            family.add_metric(label, buckets(spread), spread.total)
    yield from (requests, failures, tokens, rate, *spreads.values())
    swaps = CounterMetricFamily("hydra_gateway_swaps", "Models that were loaded for requests.", labels=["server"])
    running = GaugeMetricFamily("hydra_gateway_running", "Requests that a server has now.", labels=["server"])
    waiting = GaugeMetricFamily("hydra_gateway_waiting", "Requests that wait for a server now.", labels=["server"])
    for server, line in list(router.lines.items()):
        swaps.add_metric([server], line.swaps)
        running.add_metric([server], line.running)
        waiting.add_metric([server], line.waiting())
    over = CounterMetricFamily(
        "hydra_gateway_failovers", "Requests that went on from a server.", labels=["model", "server"]
    )
    for names, count in list(router.counting.failed_over.items()):
        over.add_metric(names, count)
    yield from (swaps, running, waiting, over)


def buckets(spread: Spread) -> list[tuple[str, float]]:
    """How many values are up to each bound, as Prometheus counts them."""
    bounds = [*(f"{one:g}" for one in SECONDS), "+Inf"]
    return list(zip(bounds, map(float, accumulate(spread.counts)), strict=True))
