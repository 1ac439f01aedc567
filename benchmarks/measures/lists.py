"""Looking at the queue while it holds 100,000 items: lists, filters, one item, why it waits."""

from contextlib import closing
from statistics import median

from benchmarks.browser import Browser
from benchmarks.place import Place
from benchmarks.result import Result, percentile

LIST_MS = 20.0
FILTERS = (
    "state=held", "state=queued", "state=failed", "operation=http.call", "tier=3", "hold=requirement", "hold=paused",
    "q=night", "q=nowhere",
)  # fmt: skip


def measure(place: Place) -> list[Result]:
    """Requests one after another on one connection."""
    with closing(place.full()) as server:
        server.start()
        browser = Browser(server)
        samples = place.sizes.samples
        queued = browser.get("/queue?state=queued&limit=1").data()["items"][0]["id"]
        held = browser.get("/queue?state=held&limit=1").data()["items"][0]["id"]
        found = [timed(browser, "GET /queue", "/queue", samples, LIST_MS)]
        cursor = browser.get("/queue?limit=200").data()["cursor"]
        found.append(timed(browser, "GET /queue?cursor=…", f"/queue?cursor={cursor}", samples, LIST_MS))
        found += [timed(browser, f"GET /queue?{one}", f"/queue?{one}", samples, LIST_MS) for one in FILTERS]
        found.append(timed(browser, "GET /queue/{id}", f"/queue/{held}", samples))
        found.append(timed(browser, "GET /queue/{id}/why, held", f"/queue/{held}/why", samples))
        found.append(timed(browser, "GET /queue/{id}/why, ready", f"/queue/{queued}/why", samples))
        found.append(timed(browser, "GET /queue/stats", "/queue/stats", samples))
        found += [
            timed(browser, f"GET {one}", one, samples) for one in ("/activity", "/state", "/operations", "/inbox")
        ]
    return found


def timed(browser: Browser, what: str, path: str, samples: int, budget: float | None = None) -> Result:
    """The median of some requests for one path."""
    browser.get(path)
    took = [browser.get(path).seconds * 1000 for _ in range(samples)]
    note = f"p99 {percentile(took, 99):.0f} ms"
    return Result(what=f"full: {what}, p50", measured=median(took), unit="ms", budget=budget, note=note)
