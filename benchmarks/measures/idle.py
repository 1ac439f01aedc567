"""An idle Hydra: how soon added work runs, what waiting costs, how much memory it holds."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from statistics import median

from benchmarks import machine
from benchmarks.browser import Browser
from benchmarks.place import Place
from benchmarks.result import Result, percentile

START_MS, CPU_PERCENT, MEMORY_MB = 20.0, 2.0, 160.0
BETWEEN_S = 0.15  # so that each item finds everything idle
SETTLE_S = 3.0


def measure(place: Place) -> list[Result]:
    """A server with an empty database: work added one by one, then nothing at all."""
    with closing(place.server("idle")) as server:
        server.start()
        browser = Browser(server)
        waits, lives = zip(*added(browser, place.sizes.samples), strict=True)
        for path in ("/ui/", "/ui/queue", "/queue", "/operations", "/openapi.json", "/metrics"):
            browser.get(path)
        time.sleep(SETTLE_S)
        before, began = machine.cpu_s(server.pid), time.monotonic()
        time.sleep(place.sizes.idle_s)
        percent = 100 * (machine.cpu_s(server.pid) - before) / (time.monotonic() - began)
        memory = machine.resident_mb(server.pid)
    note = f"p99 {percentile(waits, 99):.1f} ms; done after {median(lives):.1f} ms"
    return [
        Result(what="idle: POST /queue to running, p50", measured=median(waits), unit="ms", budget=START_MS, note=note),
        Result(
            what="idle: processor time", measured=percent, unit="% of a core", budget=CPU_PERCENT,
            note=f"{place.sizes.idle_s:.0f} s, with children",
        ),
        Result(
            what="idle: resident memory", measured=memory, unit="MB", budget=MEMORY_MB,
            note="after work, pages, documentation and metrics",
        ),
    ]  # fmt: skip


def added(browser: Browser, samples: int) -> Iterator[tuple[float, float]]:
    """Milliseconds from sending the request until the item ran and until it was done."""
    for sample in range(samples + 1):
        sent = datetime.now(UTC)
        id = browser.post("/queue", {"operation": "queue.stats"}).data()["id"]
        time.sleep(BETWEEN_S)
        while not (item := browser.get(f"/queue/{id}").data())["finished_at"]:
            time.sleep(BETWEEN_S)
        if sample:  # the first warms up
            yield since(sent, item["started_at"]), since(sent, item["finished_at"])


def since(sent: datetime, at: str) -> float:
    """Milliseconds from one time to another."""
    return (datetime.fromisoformat(at) - sent).total_seconds() * 1000
