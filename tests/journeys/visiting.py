"""Looking at a real Hydra in a real browser: signed in, and with an ear on everything that goes wrong."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, expect

from tests.server import TOKEN, Server

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
expect.set_options(timeout=15_000)  # a press of a button returns before the page that it leads to is there


@dataclass
class Heard:
    """What a page did that it should not: errors on the console, requests to elsewhere; and how much it fetched."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def listen(self, page: Any, home: str) -> None:
        """Hear what a page does from now on."""
        page.on("console", lambda said: self.errors.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda asked: self.outside.append(asked.url) if self.is_outside(asked.url, home) else None)
        page.on("requestfinished", self.measure)

    def leave(self, page: Any) -> None:
        """Ask nothing more of a page that is about to be closed."""
        page.remove_listener("requestfinished", self.measure)

    def is_outside(self, url: str, home: str) -> bool:
        """Whether an address is another server's."""
        return not url.startswith((home, "data:"))

    def measure(self, request: Any) -> None:
        """Keep how many bytes came over the wire for a request; one that was left behind has no answer."""
        try:
            sizes = request.sizes()
        except Error:
            return
        self.sizes[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]


@contextmanager
def visit(browser: Any, server: Server, *, heard: Heard | None = None, **options: Any) -> Iterator[Any]:
    """A page of a signed-in person's browser; fails at the end when anything went wrong that was not awaited."""
    context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", "locale": "en-GB", **options})
    context.set_default_timeout(15_000)
    ears = heard or Heard()
    try:
        page = context.new_page()
        page.goto(f"{server.url}/ui/sign-in?token={TOKEN}")
        ears.listen(page, server.url)
        yield page
        assert ears.errors == []
        assert ears.outside == []
        ears.leave(page)
    finally:
        context.close()


def findings(page: Any) -> list[str]:
    """What axe finds serious or worse, one line each."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run(document, {{preload: false, runOnly: {RULES}}})")
    return [
        f"{one['id']} ({one['impact']}) {one['nodes'][0]['target']}: {one['nodes'][0]['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def keep(page: Any, name: str) -> None:
    """Keep a picture of a page where ``HYDRA_PICTURES`` names a folder."""
    folder = os.environ.get("HYDRA_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
