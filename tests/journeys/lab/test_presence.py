"""Presence in the browser: who is at home, what would happen, a state set by hand, a rule and a plan changed."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.presence.waiting import QUICK, becomes, status
from tests.integrations.home_assistant.harness import TOKEN, home
from tests.integrations.home_assistant.home import Home
from tests.journeys.visiting import PHONE, Heard, findings, keep, visit
from tests.server import Server


@pytest.fixture(scope="module")
def house() -> Iterator[Home]:
    """A home with an owner, a guest nobody knows of, a child at school, and a switch."""
    with home() as one:
        one.put("input_select.house_mode", "normal", "House mode")
        yield one


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Hydra."""
    one = Server(tmp_path_factory.mktemp("presence") / "data").start()
    yield one
    print(one.tail())
    one.close()


def test_a_home_is_connected_and_presence_follows_it(browser: Any, hydra: Server, house: Home) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/presence")
        expect(page.get_by_text("Nothing tells who is at home yet")).to_be_visible()
        assert findings(page) == []
        page.get_by_role("link", name="Home Assistant").click()
        page.get_by_label("Address").fill(house.url)
        page.get_by_label("Long-lived access token").fill(TOKEN)
        page.get_by_role("button", name="Save and test").click()
        page.get_by_text("Saved and asked: Home Assistant").wait_for()
        hydra.client.put("/presence/rules", json=QUICK).raise_for_status()
        becomes(hydra, "home")

        page.goto(f"{hydra.url}/ui/presence")
        now = page.locator("#now")
        expect(now).to_contain_text("Owner is at home.", use_inner_text=True)
        expect(now.locator("li", has_text="Guest")).to_contain_text("unknown", use_inner_text=True)
        page.get_by_label("Owner").select_option("not_home")
        page.get_by_label("Guest").select_option("not_home")
        page.get_by_role("button", name="See what would happen").click()
        page.locator("#tried").get_by_text("Away.").wait_for()
        assert status(hydra)["state"] == "home"
        assert findings(page) == []
        keep(page, "presence")
        house.put("person.guest", "not_home", "Guest")
        house.put("person.owner", "not_home", "Owner")
        page.locator("#now").get_by_role("heading", name="Away").wait_for(timeout=60_000)  # by itself: it is live
        house.put("person.owner", "home", "Owner")


def test_a_person_decides_and_changes_rules_without_script(browser: Any, hydra: Server, house: Home) -> None:
    becomes(hydra, "home")
    heard = Heard()
    with visit(browser, hydra, heard=heard, viewport=PHONE, java_script_enabled=False, color_scheme="dark") as page:
        page.goto(f"{hydra.url}/ui/presence")
        page.get_by_label("State", exact=True).select_option("vacation")
        page.get_by_label("Until").fill("yesterday")
        page.get_by_role("button", name="Set presence").click()
        expect(page.get_by_text("Is no time.")).to_be_visible()
        heard.errors.clear()  # the browser notes that the form was refused
        page.get_by_label("Until").fill("for 2 hours")
        page.get_by_label("Why").fill("Off to the sea")
        page.get_by_role("button", name="Set presence").click()
        expect(page.locator("#now").get_by_role("heading", name="Vacation")).to_be_visible()
        expect(page.get_by_text("Off to the sea").first).to_be_visible()
        keep(page, "presence-phone")
        page.get_by_role("button", name="Let the rules decide").click()
        becomes(hydra, "home")

        page.goto(f"{hydra.url}/ui/presence")
        page.get_by_text("Another rule").click()
        page.get_by_label("Name").fill("empty-house")
        page.get_by_label("It is then").select_option("vacation")
        page.get_by_label("When", exact=True).fill("zone.home")
        page.get_by_label("Is one of").fill("0\nzero")
        page.get_by_role("button", name="Add the rule").click()
        expect(page.get_by_text("When zone.home is 0, zero.")).to_be_visible()
        page.get_by_role("button", name="Remove empty-house").click()
        expect(page.get_by_text("When zone.home is 0, zero.")).to_be_hidden()
        page.get_by_text("Change sleep").click()
        page.locator("#w-sleep").fill("90")
        page.locator("#l-sleep").select_option("closed")
        page.locator("form", has=page.locator("#w-sleep")).get_by_role("button", name="Save").click()
        expect(page.get_by_text("at most 90 W a card, lanes closed")).to_be_visible()
        assert status(hydra)["plan"]["profiles"]["away"]["watts"] == 200
