"""Pictures of Hydra's pages for the documentation, taken of a real Hydra at work: `make pictures`.

Starts one on a folder that is thrown away, brings the example backlog in, lets it work, and takes the pictures with
Chromium. Without arguments they go to docs/images; with a folder, there.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.journeys.slow import Slow, slow_server
from tests.journeys.visiting import DESKTOP, PHONE
from tests.server import TOKEN, Server

ROOT = Path(__file__).parent.parent
PHONE_FORM = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
# A picture's name, its page, how it is looked at, and the keys pressed before.
PICTURES: tuple[tuple[str, str, dict[str, Any], tuple[str, ...]], ...] = (
    ("home", "/", {}, ()),
    ("queue-dark", "/queue", {"color_scheme": "dark"}, ()),
    ("item", "/queue/{asking}", {}, ()),
    ("inbox-phone", "/inbox", {**PHONE_FORM, "color_scheme": "dark"}, ()),
    ("lab-phone", "/lab", PHONE_FORM, ()),
    ("palette-dark", "/", {"color_scheme": "dark"}, ("Control+k", *"back up", "ArrowDown")),
    ("approve", "/queue?hold=approval", {}, ("j", "a")),
    ("operation", "/operations/maintenance.run", {}, ()),
    ("backlog", "/backlog/backlog", {}, ()),
    ("activity", "/activity", {}, ()),
)


def work(server: Server, slow: Slow) -> str:
    """Bring the example backlog in and have two calls run; the id of what asks for approval."""
    text = (ROOT / "examples" / "backlog.md").read_text()
    server.client.post("/backlog/import", json={"text": text, "name": "backlog"}).raise_for_status()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        states = server.client.get("/queue/stats").json()["states"]
        if not states["queued"] and not states["running"]:
            break
        time.sleep(0.3)
    for title in ("Fetch the weather for the greenhouse", "Read the meter in the cellar"):
        given = {"operation": "http.call", "input": {"url": f"http://{slow.host}/"}, "title": title}
        server.client.post("/queue", json=given).raise_for_status()
    found = server.client.get("/queue", params={"hold": "approval"}).json()["items"]
    return str(found[0]["id"])


def take(server: Server, folder: Path, asking: str) -> None:
    """Take them all."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=sandbox)
        context = browser.new_context()
        context.new_page().goto(f"{server.url}/ui/sign-in?token={TOKEN}")
        options = {
            "viewport": DESKTOP,
            "reduced_motion": "reduce",
            "locale": "en-GB",
            "storage_state": context.storage_state(),
        }
        context.close()
        for name, path, form, keys in PICTURES:
            context = browser.new_context(**{**options, **form})
            page = context.new_page()
            page.goto(f"{server.url}/ui{path.format(asking=asking)}", wait_until="load")
            page.locator("[data-connection]:has-text('Live') >> visible=true").first.wait_for()
            for key in keys:
                page.keyboard.press(key)
                page.wait_for_timeout(150)
            page.wait_for_timeout(400)
            page.screenshot(path=str(folder / f"{name}.png"))
            context.close()
        browser.close()


def main() -> None:
    """Start a Hydra, let it work, take the pictures, stop it."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, slow_server() as slow:
        lab = {"HYDRA_TIME_ZONE": "Europe/Berlin", "HYDRA_HTTP__ALLOWED_HOSTS": slow.host, "HYDRA_NODE": "willow"}
        server = Server(Path(place) / "data", **lab).start()
        try:
            take(server, folder, work(server, slow))
        finally:
            server.close()


if __name__ == "__main__":
    main()
