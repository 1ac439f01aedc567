"""Being told: a channel is set up and tested, a failure is tried again, a rule is changed, a link answers."""

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.areas.notifications.conftest import Discord
from tests.integrations.discord import harness
from tests.integrations.discord.harness import embed_of
from tests.integrations.faults import Reply
from tests.journeys.visiting import PHONE, Heard, findings, keep, visit
from tests.server import Server

WEBHOOK = f"https://discord.com/api/webhooks/{harness.ID}/{harness.TOKEN}"


@pytest.fixture(scope="module")
def discord() -> Iterator[Discord]:
    """A stand-in for Discord, for the journeys of this file."""
    with Discord() as server:
        yield server


@pytest.fixture(scope="module")
def hydra(discord: Discord, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Hydra whose Discord is the stand-in, and whose quiet hours are not now."""
    one = Server(tmp_path_factory.mktemp("told") / "data", HYDRA_DISCORD__API=f"{discord.url}/api/v10")
    hour = time.gmtime().tm_hour
    one.environment |= {
        "HYDRA_PUBLIC_URL": one.url,
        "HYDRA_TIME_ZONE": "UTC",
        "HYDRA_OVERNIGHT": f"{(hour + 12) % 24:02}:00-{(hour + 13) % 24:02}:00",
    }
    yield one.start()
    one.close()


def ask(hydra: Server, title: str) -> None:
    """An agent wants something that a person must approve."""
    key = hydra.client.post("/keys", json={"name": title, "kind": "agent", "scopes": ["read", "write"]}).json()
    given = {"operation": "notify.send", "input": {"title": title}, "title": title}
    headers = {"Authorization": f"Bearer {key['token']}"}
    httpx.post(f"{hydra.url}/queue", json=given, headers=headers).raise_for_status()


def test_a_channel_is_set_up_tested_lost_and_set_again(browser: Any, hydra: Server, discord: Discord) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/notifications")
        expect(page.get_by_text("Nothing is told outside Hydra yet")).to_be_visible()
        page.get_by_role("link", name="Set up Discord").click()
        page.get_by_label("Webhook URL").fill(WEBHOOK)
        page.get_by_role("button", name="Save and test").click()
        page.get_by_text("Saved and asked: Discord").wait_for()
        page.goto(f"{hydra.url}/ui/notifications")
        page.get_by_role("button", name="Send a test").click()
        page.get_by_text("A test was sent to Discord").wait_for()
        assert embed_of(discord.asked[-1])["title"] == "Hydra can reach you here"

        discord.says = Reply(status=404, json={"message": "Unknown Webhook", "code": 10015})
        ask(hydra, "Feed the cat")
        page.get_by_text(re.compile("Discord is off since")).wait_for()  # by itself: the page is live
        page.get_by_text("It goes when the channel is set again").wait_for()
        assert findings(page) == []
        discord.says = None
        page.get_by_role("link", name="set again").click()
        page.get_by_label("Webhook URL").fill(WEBHOOK)
        page.get_by_role("button", name="Save and test").click()
        page.get_by_text("Saved and asked: Discord").wait_for()
        page.goto(f"{hydra.url}/ui/notifications")
        page.get_by_text("Sent to").first.wait_for()
        assert findings(page) == []
        keep(page, "notifications")


def test_what_was_given_up_is_tried_again_and_a_rule_changed_without_script(
    browser: Any, hydra: Server, discord: Discord
) -> None:
    hydra.client.put("/integrations/discord", json={"webhook": WEBHOOK}).raise_for_status()
    discord.says = Reply(status=400, json={"message": "Invalid Form Body", "code": 50035})
    ask(hydra, "Water the plants")
    heard = Heard()
    with visit(browser, hydra, heard=heard, java_script_enabled=False) as page:
        deadline = time.monotonic() + 30
        while hydra.client.get("/notifications", params={"state": "dead"}).json()["messages"] == []:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        discord.says = None
        page.goto(f"{hydra.url}/ui/notifications?state=dead")
        page.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("It is tried again now")).to_be_visible()

        page.goto(f"{hydra.url}/ui/notifications/rules")
        rule = page.locator("#rule-routine")
        rule.locator("summary").click()
        rule.get_by_label("Gather for (minutes)").fill("30")
        rule.get_by_label("Quiet hours").fill("at night")
        rule.get_by_role("button", name="Save").click()
        expect(rule.get_by_text("Write overnight, 22:00-07:00").first).to_be_visible()
        heard.errors.clear()  # the browser notes that the form was refused
        rule.get_by_label("Quiet hours").fill("sat,sun 09:00-18:00")
        rule.get_by_role("button", name="Save").click()
        expect(rule).to_contain_text(
            "together, after 30 min; kept through the quiet hours (sat,sun 09:00-18:00)", use_inner_text=True
        )
        expect(rule).to_contain_text("set here", use_inner_text=True)


@pytest.mark.parametrize("script", [True, False])
def test_a_link_in_a_message_is_answered_on_a_phone(
    browser: Any, hydra: Server, discord: Discord, script: bool
) -> None:
    hydra.client.put("/integrations/discord", json={"webhook": WEBHOOK}).raise_for_status()
    title = f"Open the gate {'with' if script else 'without'} script"
    ask(hydra, title)
    deadline, link = time.monotonic() + 30, None
    while link is None:
        assert time.monotonic() < deadline
        told = [embed_of(one) for one in discord.asked if one.method == "POST"]
        [link] = [
            re.search(r"\((http.+?)\)", one["description"])
            for one in told
            if one["title"] == f"Approval wanted: {title}"
        ] or [None]
        time.sleep(0.05)
    context = browser.new_context(viewport=PHONE, java_script_enabled=script)  # nobody is signed in there
    try:
        page = context.new_page()
        page.goto(link[1])
        expect(page.get_by_text("notify.send")).to_be_visible()
        if script:
            assert findings(page) == []
            keep(page, "approve")
        page.get_by_label("Reason").fill("Go on")
        page.get_by_role("button", name="Approve").click()
        page.get_by_text("Approved").wait_for()
        page.get_by_text("link sent to Discord: Go on").wait_for()
        expect(page.get_by_role("button")).to_be_hidden()
    finally:
        context.close()
