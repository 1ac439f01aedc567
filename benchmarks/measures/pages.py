"""Every page while the queue holds 100,000 items: how long the server takes, and what a first visit transfers."""

import gzip
import re
import time
from contextlib import closing
from statistics import median
from urllib.parse import urljoin

import psutil

from benchmarks.browser import Browser, Reply
from benchmarks.place import Place
from benchmarks.result import Result, percentile
from tests.everywhere import address, pages
from tests.journeys.conftest import BACKLOG, item
from tests.server import Server

PAGE_MS, PAGE_KB = 50.0, 100.0
ALONE = ("Back Up Hydra", "Check Every Disk")
PATIENCE_S = 300.0
ASSET = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"#]+)')
INSIDE = re.compile(r'url\(["\']?([^"\')]+)')
LAZY = re.compile(r'<link\b[^>]*\brel="(?:icon|manifest|apple-touch-icon|next|prev|canonical|alternate)"[^>]*>')


def measure(place: Place) -> list[Result]:
    """Each page as a browser asks for it: compressed, and the first time with all that it links to.

    Beside the 100,000 items stands the small backlog of the journeys, for the pages that are about one thing.
    """
    found: list[Result] = []
    with closing(place.full()) as server:
        server.start()
        browser = Browser(server)
        furnish(server, browser)
        for name, path in sorted(pages().items(), key=lambda one: one[1]):
            if name != "not-found":
                shown = re.sub(r"<(?:item:)?([^>]+)>", r"\1", path)
                found += measured(server, browser, shown, address(server, path), place.sizes.samples)
    return found


def furnish(server: Server, browser: Browser) -> None:
    """Import the journeys' backlog and wait until what it may do alone is done."""
    browser.post("/backlog/import", {"text": BACKLOG, "name": "lab"})
    browser.post("/triggers/starters/backup-again/adopt", {})
    deadline = time.monotonic() + PATIENCE_S
    while any(item(server, title)["state"] != "done" for title in ALONE):
        assert time.monotonic() < deadline, server.tail()
        time.sleep(0.5)


def measured(server: Server, browser: Browser, name: str, path: str, samples: int) -> list[Result]:
    """One page: the server's time, and the bytes of a first visit."""
    first = page(browser, path)
    before = processor(server)
    took = [page(browser, path).seconds * 1000 for _ in range(samples)]
    used = (processor(server) - before) * 1000 / samples
    assets = loaded(browser, path, first)
    total = (len(first.wire) + sum(assets.values())) / 1000
    slow, size = (
        f"p99 {percentile(took, 99):.0f} ms, processor {used:.0f} ms",
        f"page {len(first.wire) / 1000:.1f} kB and {len(assets)} files",
    )
    return [
        Result(what=f"full: /ui{name}, p50", measured=median(took), unit="ms", budget=PAGE_MS, note=slow),
        Result(what=f"full: /ui{name}, first visit", measured=total, unit="kB", budget=PAGE_KB, note=size),
    ]


def processor(server: Server) -> float:
    """Seconds of processor time that the server has used; unlike a clock it does not count who else is at work."""
    times = psutil.Process(server.pid).cpu_times()
    return times.user + times.system


def page(browser: Browser, path: str) -> Reply:
    """A page as a browser asks for it."""
    return browser.get(path, **{"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br"})


def text_of(reply: Reply) -> str:
    """A body after decompression."""
    body = gzip.decompress(reply.wire) if reply.headers.get("content-encoding") == "gzip" else reply.wire
    return body.decode(errors="replace")


def loaded(browser: Browser, path: str, first: Reply) -> dict[str, int]:
    """Bytes on the wire of every file that a page needs, those its style sheets name among them."""
    found: dict[str, int] = {}
    wanted = [urljoin(path, one) for one in ASSET.findall(LAZY.sub("", text_of(first)))]
    while wanted:
        url = wanted.pop()
        if url in found or url.startswith(("data:", "http")):
            continue
        reply = page(browser, url)
        found[url] = len(reply.wire)
        if "css" in reply.headers.get("content-type", ""):
            wanted += [urljoin(url, one) for one in INSIDE.findall(text_of(reply)) if not one.startswith("data:")]
    return found
