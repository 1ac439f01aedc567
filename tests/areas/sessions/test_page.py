"""Browsers that are signed in: seen on one page, and signed out there one by one or all at once."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.journeys.visiting import findings, keep, visit
from tests.server import Server

PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@pytest.fixture
def elsewhere(server: Server) -> Iterator[list[httpx.Client]]:
    """Three other browsers of the same person."""
    with ExitStack() as stack:
        found = []
        for agent in (PHONE, "Kitchen tablet", "Workshop panel"):
            one = stack.enter_context(
                closing(httpx.Client(base_url=server.url, headers={"User-Agent": agent}, trust_env=False))
            )
            assert one.post("/ui/sign-in", data={"token": server.token}).status_code == 303
            found.append(one)
        yield found


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_one_browser_is_signed_out_then_all_others(
    browser: Any, server: Server, elsewhere: list[httpx.Client], script: bool
) -> None:
    phone, tablet, panel = elsewhere
    with visit(browser, server, java_script_enabled=script) as page:
        page.goto(f"{server.url}/ui/keys")
        rows = page.locator("#sessions li")
        expect(rows.first).to_contain_text("This browser", use_inner_text=True)
        row = rows.filter(has_text="Firefox on Android")
        said = row.inner_text()
        assert re.search(r"Signed in .* with a token\.", said), said
        assert "From 127.0.0.1." in said
        assert re.search(r"Seen \d+ s ago\.", said), said
        row.locator("summary").click()
        keep(page, f"sessions-{script}")
        assert not script or findings(page) == []
        assert phone.get("/sessions").status_code == 200
        row.locator("button").click()
        page.locator(".toast:has-text('Firefox on Android')").wait_for()
        assert phone.get("/sessions").status_code == 401
        page.locator("#sessions footer summary").click()
        page.locator("#sessions footer button").click()
        page.locator(".toast:has-text('2 other browsers')").wait_for()
        assert (tablet.get("/sessions").status_code, panel.get("/sessions").status_code) == (401, 401)
        expect(page.locator("#sessions li")).to_have_count(1)
        expect(page.locator("#sessions summary")).to_have_count(0)


def test_who_may_only_read_sees_their_own_browsers_and_no_keys(browser: Any, server: Server) -> None:
    made = server.client.post("/keys", json={"name": "guest", "scopes": ["read"]}).raise_for_status().json()
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(f"{server.url}/ui/sign-in?token={made['token']}")
        page.goto(f"{server.url}/ui/keys")
        expect(page.locator("#sessions li")).to_have_count(1)
        expect(page.locator("#sessions summary, #name")).to_have_count(0)
        expect(page.locator("main")).not_to_contain_text("In use", use_inner_text=True)
