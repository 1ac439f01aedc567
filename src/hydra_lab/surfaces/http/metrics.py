"""Numbers for Prometheus: the queue, its lanes, how long work waits and runs, the journal, open streams."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hydra_lab import __version__
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Measures
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import measure
from hydra_lab.surfaces.http.streams import Streams

if TYPE_CHECKING:
    from prometheus_client.core import Metric

# What ended a moment ago may not be committed yet; it is counted at the next scrape.
SETTLED = timedelta(seconds=2)
SECONDS = (0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)


class Metrics:
    """``text()`` is the exposition. Its own registry, made at the first scrape, so nothing else counts into it."""

    def __init__(self, services: Services, streams: Streams) -> None:
        self._services, self._streams = services, streams
        self._since: datetime = services.clock.now()
        self._lock = threading.Lock()
        self._expose: Callable[[], bytes] | None = None

    def text(self) -> bytes:
        """Everything measured now."""
        with self._lock:
            if self._expose is None:
                self._expose = self._prepared()
            return self._expose()

    def _prepared(self) -> Callable[[], bytes]:
        from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest

        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        options: dict[str, Any] = {"buckets": SECONDS, "registry": registry}
        waited = Histogram("hydra_item_wait_seconds", "From added to started.", ["operation"], **options)
        ran = Histogram("hydra_item_run_seconds", "From started to ended.", ["operation", "state"], **options)
        registry.register(self)

        def expose() -> bytes:
            until = self._services.clock.now() - SETTLED
            with self._services.database.read() as connection:
                ended = measure.operation_times(connection, self._since, until)
            self._since = max(self._since, until)
            for operation, state, wait_s, run_s in ended:
                waited.labels(operation).observe(max(0.0, wait_s))
                ran.labels(operation, state).observe(max(0.0, run_s))
            return generate_latest(registry)

        return expose

    def collect(self) -> Iterator["Metric"]:
        """What is counted at the moment of a scrape (prometheus_client's collector protocol)."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        work, now = self._services.work, self._services.clock.now()
        paused = work.everything_hold() is not None
        with self._services.database.read() as connection:
            states = measure.counts(connection, all_paused=paused)
            holds = measure.holds_by_kind(connection, all_paused=paused)
            oldest = measure.oldest_ready(connection)
            newest = journal.newest_id(connection)
        yield labelled(GaugeMetricFamily("hydra_items", "Work items by state.", labels=["state"]), states)
        yield labelled(GaugeMetricFamily("hydra_holds", "Items that each kind of hold keeps.", labels=["kind"]), holds)
        age_s = (now - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("hydra_oldest_ready_seconds", "How long the oldest ready item waits.", value=age_s)
        slots = work.node.slots if work.node else None
        busy = dict(slots.busy()) if slots else {}
        sizes = {lane: slots.size(lane) for lane in busy} if slots else {}
        yield labelled(GaugeMetricFamily("hydra_lane_busy", "Items running in a lane here.", labels=["lane"]), busy)
        yield labelled(GaugeMetricFamily("hydra_lane_slots", "Items a lane may run here.", labels=["lane"]), sizes)
        yield CounterMetricFamily("hydra_journal_events", "Journal entries ever written.", value=newest)
        last = self._services.feed.last
        if last is not None:
            said = "Journal entries that followers of the event stream have not been given yet."
            yield GaugeMetricFamily("hydra_journal_lag_events", said, value=max(0, newest - last))
        yield GaugeMetricFamily("hydra_sse_clients", "Open event streams.", value=self._streams.open)
        dropped = self._streams.dropped + self._services.feed.dropped
        yield CounterMetricFamily("hydra_sse_dropped", "Streams dropped because they were too slow.", value=dropped)
        info = GaugeMetricFamily("hydra_info", "The program.", labels=["version"])
        yield labelled(info, {__version__: 1})
        ctx = Context(services=self._services, actor=HYDRA)
        for room in self._services.registry.contributions(Measures):
            yield from room.collect(ctx)

    def describe(self) -> list["Metric"]:
        """Nothing is known before a scrape."""
        return []


def labelled(family: Any, values: dict[str, Any]) -> "Metric":
    """A metric with one value for each label."""
    for label, value in values.items():
        family.add_metric([label], value)
    return family  # type: ignore[no-any-return]
