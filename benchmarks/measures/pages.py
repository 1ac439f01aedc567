"""Pages while the queue holds 100,000 items: how long the server takes, and what a first visit transfers."""

import gzip
import re
from contextlib import closing
from statistics import median
from urllib.parse import urljoin

from benchmarks.browser import Browser, Reply
from benchmarks.place import Place
from benchmarks.result import Result, percentile

PAGE_MS, PAGE_KB = 50.0, 100.0
PAGES = ("/ui/", "/ui/queue", "/ui/inbox", "/ui/activity", "/ui/integrations")
ASSET = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="([^"#]+)')
INSIDE = re.compile(r'url\(["\']?([^"\')]+)')
LAZY = re.compile(r'<link\b[^>]*\brel="(?:icon|manifest|apple-touch-icon|next|prev|canonical|alternate)"[^>]*>')


def measure(place: Place) -> list[Result]:
    """Each page as a browser asks for it: compressed, and the first time with all that it links to."""
    found = []
    with closing(place.full()) as server:
        server.start()
        browser = Browser(server)
        item = browser.get("/queue?state=held&limit=1").data()["items"][0]["id"]
        for path, name in [*((one, one) for one in PAGES), (f"/ui/queue/{item}", "/ui/queue/{id}")]:
            first = page(browser, path)
            took = [page(browser, path).seconds * 1000 for _ in range(place.sizes.samples)]
            note = f"p99 {percentile(took, 99):.0f} ms"
            found.append(Result(what=f"full: {name}, p50", measured=median(took), unit="ms", budget=PAGE_MS, note=note))
            assets = loaded(browser, path, first)
            total = (len(first.wire) + sum(assets.values())) / 1000
            note = f"page {len(first.wire) / 1000:.1f} kB and {len(assets)} files"
            found.append(
                Result(what=f"full: {name}, first visit", measured=total, unit="kB", budget=PAGE_KB, note=note)
            )
    return found


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
