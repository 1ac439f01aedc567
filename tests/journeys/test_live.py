"""Pages that stay open keep up by themselves, and never disturb who works on them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import BACKLOG, settle
from tests.journeys.slow import Slow, slow_server
from tests.journeys.visiting import Heard, visit
from tests.server import Server

ROW = "#items tr:has-text('{}')"


@pytest.fixture(scope="module")
def slow() -> Iterator[Slow]:
    """A server that answers when it may."""
    with slow_server() as one:
        yield one


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, slow: Slow) -> Iterator[Server]:
    """A running Hydra that may call it."""
    folder = tmp_path_factory.mktemp("live") / "data"
    server = Server(folder, HYDRA_HTTP__ALLOWED_HOSTS=slow.host, HYDRA_TIME_ZONE="Europe/Berlin").start()
    try:
        server.client.post("/backlog/import", json={"text": BACKLOG, "name": "lab"}).raise_for_status()
        settle(server)
        yield server
        print(server.tail())
    finally:
        server.close()


@pytest.fixture(autouse=True)
def held_back(slow: Slow) -> Iterator[None]:
    """Calls wait until the test lets them go."""
    slow.hold()
    yield
    slow.let_go()


def call(lab: Server, slow: Slow, title: str) -> str:
    """Work that runs until the slow server answers; its id."""
    given = {"operation": "http.call", "input": {"url": f"http://{slow.host}/"}, "title": title}
    answer = lab.client.post("/queue", json=given)
    answer.raise_for_status()
    return str(answer.json()["id"])


def not_reloaded(page: Any) -> None:
    """Mark the page; a reload would lose the mark."""
    page.evaluate("window.mark = true")


def test_work_is_seen_to_come_run_and_finish(browser: Any, lab: Server, slow: Slow) -> None:
    with visit(browser, lab) as page:
        page.goto(f"{lab.url}/ui/queue")
        not_reloaded(page)
        call(lab, slow, "Ask the ticket system")
        row = page.locator(ROW.format("Ask the ticket system"))
        row.locator("[data-s=running]").first.wait_for()
        expect(page.locator("#chips [data-s=running] b")).to_have_text("1")
        slow.let_go()
        row.locator("[data-s=done]").first.wait_for()
        assert page.evaluate("window.mark") is True


def test_an_items_page_follows_it_to_its_result(browser: Any, lab: Server, slow: Slow) -> None:
    with visit(browser, lab) as page:
        page.goto(f"{lab.url}/ui/queue/{call(lab, slow, 'Ask again')}")
        page.locator("#item-state .pill[data-s=running]").wait_for()
        not_reloaded(page)
        slow.let_go()
        page.locator("#item-state .pill[data-s=done]").wait_for()
        page.locator("#result dl").wait_for()
        assert page.locator("#log-lines time").count() == page.locator("#log-lines span[id]").count()
        assert page.evaluate("window.mark") is True


def test_failed_work_says_why_and_goes_on_from_a_chosen_step(browser: Any, lab: Server, slow: Slow) -> None:
    slow.status = 404
    slow.let_go()
    with visit(browser, lab) as page:
        page.goto(f"{lab.url}/ui/queue/{call(lab, slow, 'Ask and be refused')}")
        page.locator("#why .note:has-text('404')").wait_for()
        page.locator("#item-steps li[data-s=failed], #item-steps li[data-s=done]").first.wait_for()
        slow.status = 200
        page.locator("#item-steps button:has-text('Retry from here')").first.click()
        page.locator(".toast:has-text('Retried from')").wait_for()
        page.locator("#item-state .pill[data-s=done]").wait_for()
        page.locator("#story:has-text('items.retried')").wait_for()


def test_home_keeps_up_and_its_ages_grow(browser: Any, lab: Server, slow: Slow) -> None:
    with visit(browser, lab) as page:
        page.goto(f"{lab.url}/ui/")
        call(lab, slow, "Watch it at home")
        running = page.locator("#running li:has-text('Watch it at home')")
        running.wait_for()
        age = running.locator("time").inner_text()
        page.wait_for_timeout(2500)
        assert running.locator("time").inner_text() != age
        page.locator("#nav-list .count:has-text('1 running')").wait_for()
        slow.let_go()
        running.wait_for(state="detached")
        page.locator("#latest:has-text('Watch it at home is done')").wait_for()


def test_who_types_is_not_disturbed_and_the_part_comes_up_to_date_later(browser: Any, lab: Server, slow: Slow) -> None:
    with visit(browser, lab) as page:
        page.goto(f"{lab.url}/ui/inbox")
        reason = page.locator("input[name=comment]").first
        reason.fill("Not before the holidays")
        asked = lab.client.post(
            "/queue", json={"operation": "maintenance.prune_now", "input": {"older_than_days": 400}}
        )
        page.locator("#nav-list .badge:has-text('4')").wait_for()
        page.wait_for_timeout(1500)
        expect(reason).to_have_value("Not before the holidays")
        expect(page.locator("#inbox [data-approval]")).to_have_count(1)
        assert page.evaluate("document.activeElement.name") == "comment"
        reason.fill("")
        reason.blur()
        lab.client.post(f"/queue/{asked.json()['id']}/pause").raise_for_status()
        page.locator(f"#item-{asked.json()['id']}").wait_for()
        lab.client.post(f"/queue/{asked.json()['id']}/reject").raise_for_status()


def test_ticked_rows_stay_ticked_and_bring_up_the_actions(browser: Any, lab: Server, slow: Slow) -> None:
    with visit(browser, lab) as page:
        page.goto(f"{lab.url}/ui/queue")
        expect(page.locator(".bulk")).to_be_hidden()
        page.locator(f"{ROW.format('Sort the Photos')} input").check()
        expect(page.locator(".bulk")).to_be_visible()
        call(lab, slow, "Meanwhile")
        page.locator("#chips [data-s=running] b:has-text('1')").wait_for()
        page.wait_for_timeout(1200)
        expect(page.locator(f"{ROW.format('Sort the Photos')} input")).to_be_checked()
        page.locator(".bulk button:has-text('Pause')").click()
        page.locator(".toast:has-text('1 item')").wait_for()
        slow.let_go()


def test_news_leaves_focus_caret_and_scroll_where_they_are(browser: Any, lab: Server, slow: Slow) -> None:
    with visit(browser, lab, viewport={"width": 1200, "height": 420}) as page:
        page.goto(f"{lab.url}/ui/queue")
        field = page.locator("main input[type=search]")
        field.fill("half a word")
        page.evaluate("document.activeElement.setSelectionRange(4, 6)")
        call(lab, slow, "While someone searches")
        page.locator(ROW.format("While someone searches")).wait_for()
        expect(field).to_have_value("half a word")
        assert page.evaluate("[document.activeElement.selectionStart, document.activeElement.selectionEnd]") == [4, 6]

        row = page.locator(f"{ROW.format('Sort the Photos')} a.title")
        row.focus()
        page.evaluate("scrollTo(0, 240)")
        scrolled = page.evaluate("scrollY")
        assert scrolled > 0
        call(lab, slow, "While someone reads")
        page.locator(ROW.format("While someone reads")).wait_for()
        assert page.evaluate("document.activeElement.innerText") == "Sort the Photos"
        assert abs(page.evaluate("scrollY") - scrolled) < 60  # the browser keeps what one reads in its place
        slow.let_go()


def test_a_night_asleep_is_made_up_for_in_the_morning(browser: Any, lab: Server, slow: Slow) -> None:
    heard = Heard()
    with visit(browser, lab, heard=heard) as page:
        page.goto(f"{lab.url}/ui/")
        not_reloaded(page)
        page.context.set_offline(True)
        page.locator("#live[data-s=warn]").wait_for()
        call(lab, slow, "Done in the night")
        slow.let_go()
        settle(lab)
        lab.restart()
        page.context.set_offline(False)
        page.locator("#live:not([data-s])").wait_for(timeout=40_000)
        page.locator("#latest:has-text('Done in the night is done')").wait_for()
        assert page.evaluate("window.mark") is True
        with page.expect_response(re.compile("_part=.*today")):
            page.evaluate("Date.prototype.toLocaleDateString = () => 'another day'")
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        heard.errors[:] = [one for one in heard.errors if "ERR_" not in one and "Failed to fetch" not in one]


def test_the_theme_changes_at_once_and_stays(browser: Any, lab: Server) -> None:
    with visit(browser, lab) as page:
        page.goto(f"{lab.url}/ui/settings")
        not_reloaded(page)
        with page.expect_response(re.compile("/ui/theme")):
            page.locator("[data-theme-form] button[value=dark]").click()
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert page.evaluate("window.mark") is True
        page.reload()
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_page_left_open_over_a_restart_says_so_and_catches_up(browser: Any, lab: Server, slow: Slow) -> None:
    heard = Heard()
    with visit(browser, lab, heard=heard) as page:
        page.goto(f"{lab.url}/ui/queue")
        not_reloaded(page)
        lab.stop()
        page.locator("#live[data-s=warn]:has-text('Reconnecting, as of')").wait_for()
        lab.start()
        call(lab, slow, "Added while nobody looked")
        page.locator("#live:not([data-s])").wait_for(timeout=30_000)
        page.locator(ROW.format("Added while nobody looked")).wait_for()
        assert page.evaluate("window.mark") is True
        heard.errors[:] = [one for one in heard.errors if "ERR_" not in one and "Failed to fetch" not in one]
        slow.let_go()
