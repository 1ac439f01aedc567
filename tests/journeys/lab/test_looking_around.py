"""Looking around: finding, filtering, measuring and calling, with script and without."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import settle
from tests.journeys.visiting import visit
from tests.server import Server


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, browser: Any, hydra: Server) -> Iterator[Any]:
    """A signed-in person's page."""
    with visit(browser, hydra, java_script_enabled=request.param) as one:
        yield one


def test_a_page_and_work_are_found(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/find")
    page.fill("main [name=q]", "sort the")
    if not page.evaluate("'htmx' in window"):
        page.press("main [name=q]", "Enter")
    page.get_by_role("option", name="Sort the Photos").click()
    page.get_by_role("heading", name="Sort the Photos").wait_for()


def test_what_happened_is_filtered(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/activity")
    page.select_option("main [name=topic]", "backlog")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**topic=backlog*")
    expect(page.locator("main")).to_contain_text("Backlog lab was imported", use_inner_text=True)
    expect(page.locator("main .events").first).not_to_contain_text("signed in", use_inner_text=True)


def test_disks_are_measured_from_the_lab(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/lab")
    page.get_by_role("button", name="Measure now").click()
    page.get_by_text("Queued: ").wait_for()
    settle(hydra)


def test_a_verb_is_called_and_answers_on_its_page(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/operations")
    page.fill("main [name=q]", "queue.stats")
    page.press("main [name=q]", "Enter")
    page.locator("main a[href$='/operations/queue.stats']").click()
    page.locator("button[name=_act][value=call]").click()
    page.get_by_text('"done_today"').wait_for()


def test_chosen_work_is_paused_together(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/queue?q=Sort+the+Photos")
    page.get_by_label("Select Sort the Photos").check()
    page.locator(".bulk").get_by_role("button", name="Pause").click()
    page.locator(".toast").get_by_text("1 item").wait_for()
    page.goto(f"{hydra.url}/ui/queue?q=Sort+the+Photos")
    page.get_by_label("Select Sort the Photos").check()
    page.locator(".bulk").get_by_role("button", name="Resume").click()
    page.locator(".toast").get_by_text("1 item").wait_for()


def test_home_shows_the_lab_once_something_is_connected(page: Any, hydra: Server) -> None:
    hydra.client.put("/integrations/home_assistant", json={"url": "http://127.0.0.1:9", "token": "a-secret"})
    page.goto(f"{hydra.url}/ui/")
    tile = page.locator("#lab a.tile", has_text="Outside systems")
    expect(tile).to_contain_text("No answer from Home Assistant", use_inner_text=True)
    hydra.client.delete("/integrations/home_assistant").raise_for_status()
