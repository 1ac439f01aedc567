"""The main things a person does, in a browser that runs no script at all."""

from typing import Any

import pytest

from tests.journeys.conftest import settle
from tests.journeys.visiting import DESKTOP
from tests.server import Server

DOCUMENT = """# Evening list

## TIER 1: TONIGHT

### 1.1 Check the Disks
**Run:** maintenance.run {"action": "disk_check"}

### 1.2 Clear Old Work
**Run:** maintenance.prune_now {"older_than_days": 365}
"""


@pytest.fixture
def page(browser: Any, server: Server) -> Any:
    """A page without script, signed in through the form."""
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/ui/settings")
    assert "/ui/sign-in?next=" in page.url
    page.fill("#token", "not-the-token")
    page.click("form button")
    assert "not known here" in page.inner_text("[role=alert]")
    page.fill("#token", server.token)
    page.click("form button")
    assert page.url == f"{server.url}/ui/settings"
    yield page
    context.close()


def test_an_evening_without_script(page: Any, server: Server) -> None:
    set_the_time_zone(page, server)
    import_a_backlog(page, server)
    approve(page, server)
    add_work(page, server)
    pause_and_resume(page, server)
    set_up_an_integration(page, server)
    sign_out(page, server)


def set_the_time_zone(page: Any, server: Server) -> None:
    field = page.locator("#s-time-zone")
    field.fill("Mars/Olympus")
    field.press("Enter")
    assert "is no time zone" in page.inner_text("main [role=alert]")
    page.locator("#s-time-zone").fill("America/Chicago")
    page.click("[aria-label='Save time zone']")
    assert "Saved: time zone" in page.inner_text(".toast")
    settings = {one["name"]: one["value"] for one in server.client.get("/settings").json()["settings"]}
    assert settings["time_zone"] == "America/Chicago"


def import_a_backlog(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/ui/")
    page.click("main a.primary:has-text('Import a backlog')")
    page.fill("#text", DOCUMENT)
    page.fill("#name", "evening")
    page.click("form.card button.primary")
    assert "/ui/backlog/preview/" in page.url
    assert server.client.get("/queue").json()["total"] == 0
    page.click(".page-head button.primary")
    assert page.url == f"{server.url}/ui/backlog/evening"
    assert "2 added" in page.inner_text(".toast")
    settle(server)
    page.reload()
    assert "1 of 2 done" in page.inner_text("#progress")


def approve(page: Any, server: Server) -> None:
    page.click("#nav-list >> text=Inbox")
    page.locator("[data-approval] input[name=comment]").fill("Go ahead")
    page.click("[data-approval] button.primary")
    settle(server)
    page.goto(f"{server.url}/ui/inbox?show=decided")
    assert "Go ahead" in page.inner_text("main")
    assert not page.goto(f"{server.url}/ui/inbox").text().count("data-approval")


def add_work(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/ui/queue")
    page.click("main a.primary:has-text('New work')")
    page.fill("main input[type=search]", "restore")
    page.click("main form button")
    page.click("a.system:has-text('Back up, rehearse')")
    page.select_option("#input-action", "database_optimize")
    page.fill("#title", "Tidy up")
    page.select_option("#priority", "high")
    page.click("text=Add to the queue")
    assert "Queued: Tidy up" in page.inner_text(".toast")
    assert page.inner_text("h1") == "Tidy up"
    settle(server)
    page.reload()
    assert page.locator("#item-state .pill[data-s=done]").count() == 1


def pause_and_resume(page: Any, server: Server) -> None:
    page.click("#mode button:has-text('Pause')")
    assert "Hydra is paused" in page.inner_text("#banner")
    assert server.client.get("/control").json()["mode"] == "paused"
    page.click("#banner button:has-text('Resume')")
    assert server.client.get("/control").json()["mode"] == "autonomous"


def set_up_an_integration(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/ui/integrations/discord")
    page.fill("#values-webhook", "https://example.com/not-a-webhook")
    page.click("text=Save and test")
    assert "webhook looks like" in page.inner_text(".field-help [data-s=bad] >> nth=0")
    assert page.input_value("#values-webhook") == ""


def sign_out(page: Any, server: Server) -> None:
    page.click("text=Sign out")
    assert page.url == f"{server.url}/ui/sign-in"
    page.goto(f"{server.url}/ui/queue")
    assert "/ui/sign-in?next=" in page.url
