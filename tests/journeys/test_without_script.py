"""The main things a person does, in a browser that runs no script at all."""

from typing import Any

import pytest
from playwright.sync_api import expect

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
    expect(page.locator("[role=alert]").first).to_contain_text("not known here", use_inner_text=True)
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
    expect(page.locator("main [role=alert]").first).to_contain_text("is no time zone", use_inner_text=True)
    page.locator("#s-time-zone").fill("America/Chicago")
    page.click("[aria-label='Save time zone']")
    expect(page.locator(".toast").first).to_contain_text("Saved: time zone", use_inner_text=True)
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
    expect(page.locator(".toast").first).to_contain_text("2 added", use_inner_text=True)
    settle(server)
    page.reload()
    expect(page.locator("#progress")).to_contain_text("1 of 2 done", use_inner_text=True)


def approve(page: Any, server: Server) -> None:
    page.click("#nav-list >> text=Inbox")
    page.locator("[data-approval] input[name=comment]").fill("Go ahead")
    page.click("[data-approval] button.primary")
    settle(server)
    page.goto(f"{server.url}/ui/inbox?show=decided")
    expect(page.locator("main")).to_contain_text("Go ahead", use_inner_text=True)
    assert not page.goto(f"{server.url}/ui/inbox").text().count("data-approval")


def add_work(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/ui/queue")
    page.click("main a.primary:has-text('New work')")
    page.fill("main input[type=search]", "restore")
    page.click("main form button")
    page.click("main a.title:has-text('Back up, rehearse')")
    page.select_option("#input-action", "database_optimize")
    page.fill("#title", "Tidy up")
    page.select_option("#priority", "high")
    page.click("text=Add to the queue")
    expect(page.locator(".toast").first).to_contain_text("Queued: Tidy up", use_inner_text=True)
    expect(page.locator("h1")).to_have_text("Tidy up")
    settle(server)
    page.reload()
    expect(page.locator("#item-state .pill[data-s=done]")).to_have_count(1)


def pause_and_resume(page: Any, server: Server) -> None:
    page.click("#mode button:has-text('Pause')")
    expect(page.locator("#banner")).to_contain_text("Hydra is paused", use_inner_text=True)
    assert server.client.get("/control").json()["mode"] == "paused"
    page.click("#banner button:has-text('Resume')")
    assert server.client.get("/control").json()["mode"] == "autonomous"


def set_up_an_integration(page: Any, server: Server) -> None:
    page.goto(f"{server.url}/ui/integrations/discord")
    page.fill("#values-webhook", "https://example.com/not-a-webhook")
    page.click("text=Save and test")
    expect(page.locator(".field-help [data-s=bad] >> nth=0")).to_contain_text("webhook looks like", use_inner_text=True)
    expect(page.locator("#values-webhook")).to_have_value("")


def sign_out(page: Any, server: Server) -> None:
    page.click("text=Sign out")
    assert page.url == f"{server.url}/ui/sign-in"
    page.goto(f"{server.url}/ui/queue")
    assert "/ui/sign-in?next=" in page.url
