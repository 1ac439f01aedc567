"""Hydra on a phone: the lab is a tab, what is asked is answered with the thumb, finding needs no keyboard."""

from typing import Any

from playwright.sync_api import expect

from tests.journeys.conftest import item
from tests.journeys.visiting import PHONE, visit
from tests.server import Server

FORM: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True}


def test_the_lab_is_a_tab_and_shows_what_was_measured(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra, **FORM) as page:
        page.goto(f"{hydra.url}/ui/")
        page.locator(".tabs a:has-text('Lab')").tap()
        page.wait_for_url("**/ui/lab")
        assert page.locator(".tabs [aria-current]").inner_text() == "Lab"
        expect(page.locator("#disks")).to_contain_text("measured", use_inner_text=True)
        expect(page.locator("#nodes")).to_contain_text("0 of 8", use_inner_text=True)
        expect(page.locator("#schedules")).to_contain_text("Back up Hydra", use_inner_text=True)


def test_what_is_asked_is_in_reach_of_the_thumb(browser: Any, hydra: Server) -> None:
    given = {"operation": "maintenance.prune_now", "input": {"older_than_days": 400}, "title": "Clear the attic"}
    hydra.client.post("/queue", json=given).raise_for_status()
    with visit(browser, hydra, **FORM) as page:
        page.goto(f"{hydra.url}/ui/queue/{item(hydra, 'Clear the attic')['id']}")
        reject = page.locator(".decide button:has-text('Reject')")
        at = reject.bounding_box()
        assert PHONE["height"] * 0.8 < at["y"] < PHONE["height"]
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert reject.bounding_box()["y"] == at["y"]
        reject.tap()
        page.locator(".toast:has-text('Rejected: Clear the attic')").wait_for()


def test_finding_needs_no_keyboard(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra, **FORM) as page:
        page.goto(f"{hydra.url}/ui/")
        page.locator(".top [data-palette]").tap()
        page.locator("#palette input").fill("sort the")
        page.locator("#found [role=option]:has-text('Sort the Photos')").tap()
        page.locator("h1:has-text('Sort the Photos')").wait_for()
