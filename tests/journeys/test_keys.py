"""Hydra by the keyboard alone: finding anything, moving among rows, approving what is shown first."""

from typing import Any

from playwright.sync_api import expect

from tests.journeys.conftest import item, settle
from tests.journeys.visiting import findings, visit
from tests.server import Server

CHOSEN = "#found [role=option][aria-selected=true]"


def test_anything_is_found_by_a_few_letters(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/queue")
        page.keyboard.press("Control+k")
        field = page.locator("#palette [role=combobox]")
        page.locator(f"{CHOSEN}:has-text('Home')").wait_for()
        page.keyboard.type("sort the ph")
        page.locator(f"{CHOSEN}:has-text('Sort the Photos')").wait_for()
        assert field.get_attribute("aria-activedescendant") == page.locator(CHOSEN).get_attribute("id")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "combobox"
        assert findings(page) == []
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/ui/queue/{item(hydra, 'Sort the Photos')['id']}")


def test_an_operation_is_found_and_its_form_opens(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/")
        page.locator("#nav .opener").click()
        page.keyboard.type("maintenance.")
        page.locator(f"{CHOSEN}:has-text('maintenance.')").wait_for()
        first = page.locator(CHOSEN).get_attribute("href")
        page.keyboard.press("ArrowDown")
        assert page.locator(CHOSEN).get_attribute("href") != first
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert page.locator(CHOSEN).get_attribute("id") == page.locator("#found [role=option]").last.get_attribute("id")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{hydra.url}{first}")


def test_escape_leads_back_to_where_one_was(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/queue")
        page.keyboard.press("j")
        page.keyboard.press("/")
        page.keyboard.type("no such thing")
        page.locator("#found:has-text('Nothing is called')").wait_for()
        page.keyboard.press("Escape")
        expect(page.locator("#palette")).to_be_hidden()
        assert page.evaluate("document.activeElement.closest('tr')?.id.startsWith('row-')") is True


def test_rows_are_walked_opened_and_selected(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/queue?state=held")
        titles = page.locator("#items a.title").all_inner_texts()
        here = "document.activeElement.innerText"
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate(here) == titles[1]
        page.keyboard.press("k")
        assert page.evaluate(here) == titles[0]
        page.keyboard.press("x")
        expect(page.locator(".bulk")).to_be_visible()
        page.keyboard.press("x")
        page.keyboard.press("Enter")
        page.locator(f"h1:has-text('{titles[0]}')").wait_for()


def test_no_key_disturbs_who_types(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/queue")
        page.locator("main input[type=search]").focus()
        page.keyboard.type("jk?xa/gh")
        expect(page.locator("main input[type=search]")).to_have_value("jk?xa/gh")
        expect(page.locator("dialog[open]")).to_have_count(0)
        page.locator("main input[type=search]").blur()
        page.keyboard.press("?")
        assert page.locator("#shortcuts dt").count() > 5
        assert findings(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("i")
        page.wait_for_url("**/ui/inbox")


def test_what_is_approved_is_shown_and_enter_approves_it(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/queue?hold=approval")
        page.keyboard.press("j")
        page.keyboard.press("a")
        asking = page.locator("dialog.asking")
        asking.locator("text=Forget finished work").wait_for()
        assert '"older_than_days": 365' in asking.inner_text()
        assert findings(page) == []
        page.keyboard.press("Escape")
        assert item(hydra, "Clear Old Work")["state"] == "held"
        page.keyboard.press("a")
        asking.locator("button.primary:focus").wait_for()
        page.keyboard.press("Enter")
        page.locator(".toast:has-text('Approved: Clear Old Work')").wait_for()
        assert page.url == f"{hydra.url}/ui/queue?hold=approval"
        settle(hydra)
        assert item(hydra, "Clear Old Work")["state"] == "done"
