"""Triggers and hooks in a browser: made, refused in their place, tried, called, paused and removed."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import settle
from tests.journeys.visiting import DESKTOP, PHONE, Heard, findings, keep, visit
from tests.server import Server


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, browser: Any, hydra: Server) -> Iterator[Any]:
    """A signed-in person's page."""
    heard = Heard()
    with visit(browser, hydra, heard=heard, java_script_enabled=request.param) as page:
        yield page
        # A form that is refused comes back with its status, which browsers report.
        heard.errors[:] = [one for one in heard.errors if "status of 4" not in one]


def test_a_trigger_is_made_tried_paused_changed_and_removed(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/triggers")
    page.click(".page-head >> text=New trigger")
    page.click("a[href*='operation=maintenance.prune_now']")
    page.fill("#event", "items.done")
    page.fill("#subject", "Back*")
    page.fill("[name='conditions.0.path']", "body.ref")
    page.fill("[name='conditions.0.value']", "main")
    page.fill("[name='conditions.1.path']", "data.operation")
    page.fill("[name='conditions.1.value']", "maintenance.run")
    page.fill("[name='input.older_than_days']", "{{ ref }}")
    page.fill("[name=window]", "late")
    page.fill("[name=id]", "after-backup")
    page.click("text=Set it")
    expect(page.locator("#condition-0-help")).to_contain_text("no event has body.ref", ignore_case=True)
    expect(page.locator("#input-older-than-days-help")).to_contain_text("no event has ref", ignore_case=True)
    expect(page.locator("#window-help")).to_contain_text("is not a time window", use_inner_text=True)
    typed = {"conditions.1.value": "maintenance.run", "input.older_than_days": "{{ ref }}", "id": "after-backup"}
    assert {name: page.input_value(f"[name='{name}']") for name in typed} == typed
    keep(page, "trigger-refused")
    page.fill("[name='conditions.0.path']", "")
    page.fill("[name='conditions.0.value']", "")
    page.fill("[name='input.older_than_days']", "365")
    page.fill("[name=window]", "overnight")
    page.click("text=Set it")
    assert page.url == f"{hydra.url}/ui/triggers/after-backup"
    trigger = hydra.client.get("/triggers/after-backup").json()["trigger"]
    assert trigger["when"]["where"] == {"data.operation": ["maintenance.run"]}
    assert trigger["start"]["input"] == {"older_than_days": 365}
    page.click("text=Try it")
    expect(page.locator("#tried")).to_contain_text("Back Up Hydra", use_inner_text=True)
    page.click("[aria-label='Pause: after-backup']")
    expect(page.locator(".page-head").first).to_contain_text("Resume", use_inner_text=True)
    page.fill("#event", "items.failed")
    page.click("text=Save")
    expect(page.locator("#event")).to_have_value("items.failed")
    assert hydra.client.get("/triggers/after-backup").json()["trigger"]["paused"] is True
    page.click("text=Remove…")
    page.click("text=Remove “after-backup”")
    assert page.url == f"{hydra.url}/ui/triggers"
    assert hydra.client.get("/triggers/after-backup").status_code == 404


@pytest.mark.parametrize("scheme", ["token", "github", "standard"])
def test_a_hook_is_made_called_as_shown_and_removed(page: Any, hydra: Server, scheme: str) -> None:
    page.goto(f"{hydra.url}/ui/triggers")
    page.fill("#name", "Forge!")
    page.click("text=Make it")
    expect(page.locator("#name-help [data-s=bad]")).to_have_count(1)
    page.fill("#name", "forge")
    page.check(f"[name=scheme][value={scheme}]")
    page.click("text=Make it")
    secret, call = page.input_value("#secret"), page.inner_text("#made-example")
    keep(page, f"hook-made-{scheme}")
    answer = subprocess.run(["bash", "-c", call.replace("curl", "curl -sf")], capture_output=True, text=True)
    assert answer.returncode == 0, answer
    page.click("text=I have it")
    assert secret not in page.content()
    row = page.locator("#hooks > ul > li", has_text="forge").first
    expect(row).to_contain_text("Called 1 time", use_inner_text=True)
    row.locator("summary", has_text="How to call it").click()
    expect(row.locator("pre")).to_contain_text("SECRET", use_inner_text=True)
    row.locator("summary", has_text="Remove").click()
    row.locator("button.danger").click()
    assert hydra.client.get("/hooks").json()["hooks"] == []


def test_a_starter_is_adopted_and_what_cannot_be_says_why(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/triggers")
    page.click("[aria-label='Adopt: Work failed']")
    expect(page.locator("#triggers")).to_contain_text("failure-bundle", use_inner_text=True)
    page.click("#starters summary")
    expect(page.locator("#starters")).to_contain_text("does not tell of", use_inner_text=True)
    hydra.client.delete("/triggers/failure-bundle").raise_for_status()
    settle(hydra)


@pytest.mark.parametrize("shape", ["desktop-light", "desktop-dark", "phone-light", "phone-dark"])
def test_the_pages_are_fit_to_be_read_with_all_that_may_be_on_them(browser: Any, hydra: Server, shape: str) -> None:
    size, scheme = shape.split("-")
    forge = hydra.client.post("/hooks", json={"name": f"forge-{shape}", "scheme": "github"})
    forge.raise_for_status()
    hydra.client.post("/triggers/starters/notes-after-push/adopt")
    with visit(browser, hydra, viewport=DESKTOP if size == "desktop" else PHONE, color_scheme=scheme) as page:
        for name, path in (("list", "/triggers"), ("one", "/triggers/notes-after-push?try=1")):
            page.goto(f"{hydra.url}/ui{path}")
            for summary in page.locator("main summary").all():
                summary.click()
            keep(page, f"triggers-{name}-{shape}")
            assert findings(page) == []
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    hydra.client.delete(f"/hooks/forge-{shape}").raise_for_status()
