"""How a person sets Hydra: mode, stop, policy, schedules, settings, keys, integrations; with script and without."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.journeys.visiting import Heard, visit
from tests.server import Server


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def page(request: pytest.FixtureRequest, browser: Any, hydra: Server) -> Iterator[Any]:
    """A signed-in person's page."""
    heard = Heard()
    with visit(browser, hydra, heard=heard, java_script_enabled=request.param) as page:
        yield page
        # A form that is refused comes back with its status, which browsers report.
        heard.errors[:] = [one for one in heard.errors if "status of 4" not in one]


def control(hydra: Server) -> Any:
    """How Hydra is set."""
    return hydra.client.get("/control").json()


def scripted(page: Any) -> bool:
    """Whether the page's own scripts run."""
    return bool(page.evaluate("'htmx' in window"))


def test_a_mode_is_chosen_with_an_end_and_shown_everywhere(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/policy")
    page.check("#mode-card input[value=supervised]")
    page.fill("#mode-card [name=until]", "sometime")
    page.click("text=Set the mode")
    assert "says no end" in page.inner_text("main [role=alert] >> nth=0")
    assert page.is_checked("#mode-card input[value=supervised]")
    page.fill("#mode-card [name=until]", "for 2 hours")
    page.fill("#mode-card [name=reason]", "Guests are here")
    page.click("text=Set the mode")
    assert re.search(r"Set by owner .*Guests are here.*Autonomous again", page.inner_text("#mode-card"))
    page.goto(f"{hydra.url}/ui/queue")
    assert re.search(r"Supervised\s*until", page.inner_text("#mode"))
    assert control(hydra)["mode"] == "supervised"
    hydra.client.post("/control/autonomous").raise_for_status()


def test_an_emergency_stop_asks_first_then_says_so_on_every_page(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/")
    page.click("#mode >> text=Stop all")
    assert control(hydra)["mode"] == "autonomous"
    page.fill("[name=until]", "tomorrow 07:00")
    page.fill("[name=reason]", "Smoke in the rack")
    page.click("text=Stop everything now")
    page.goto(f"{hydra.url}/ui/integrations")
    banner = page.inner_text("#banner")
    assert re.search(r"Hydra is stopped by owner since \d\d:\d\d, until tomorrow 07:00", banner), banner
    assert "Smoke in the rack." in banner
    page.click("#banner button")
    assert control(hydra)["mode"] == "autonomous"
    assert page.inner_text("#banner") == ""


def test_policy_says_what_would_happen(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/policy")
    page.select_option("#a-operation", "maintenance.prune_now")
    page.select_option("#a-kind", "backlog")
    page.fill("#a-hour", "23:30")
    page.click("#ask button")
    assert "A person is asked first" in page.inner_text("#ask [role=status]")
    assert "deletes data" in page.inner_text("#ask [role=status]")
    assert "floor:deletes data" in page.inner_text("[aria-current].rule")
    page.select_option("#a-operation", "queue.list")
    page.click("#ask button")
    assert "It happens" in page.inner_text("#ask [role=status]")


def test_policy_is_edited_after_it_was_checked_and_with_a_yes(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/policy/edit")
    page.fill("#text", "rules:\n  - {operation: notify.send, then: maybe}\n")
    page.click("button:has-text('Check')")
    assert "rules.0.then" in page.inner_text("#text-problems")
    page.fill("#text", "rules:\n  - {operation: notify.send, actor: agent, then: deny, reason: Agents keep quiet}\n")
    page.click("button:has-text('Check')")
    assert "notify.send, called by agent" in page.inner_text("main")
    assert hydra.client.get("/policy").json()["rules"] == []
    page.click("text=Yes, put 1 rule in force")
    assert page.url == f"{hydra.url}/ui/policy"
    assert "Agents keep quiet." in page.inner_text("main")
    page.goto(f"{hydra.url}/ui/policy/edit")
    page.fill("#text", "rules: []\n")
    page.click("button:has-text('Check')")
    page.click("text=Ask in the inbox")
    assert "It asks first" in page.inner_text(".toast")
    assert len(hydra.client.get("/policy").json()["rules"]) == 1
    waiting = hydra.client.get("/queue", params={"hold": "approval", "q": "policy.set"}).json()["items"]
    for item in waiting:
        hydra.client.post(f"/queue/{item['id']}/cancel").raise_for_status()
    hydra.client.put("/policy", json={"text": "rules: []", "confirm": "policy.set"}).raise_for_status()


def test_a_schedule_is_made_in_words_run_paused_and_removed(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/schedules")
    page.click("main >> text=New schedule")
    page.click("a[href*='operation=maintenance.run']")
    page.fill("#cron", "now and then")
    page.select_option("[name='input.action']", "disk_check")
    page.fill("[name=title]", "Look at the disks")
    page.click("text=Schedule it")
    assert "is no cron line" in page.inner_text("#cron-help")
    assert page.input_value("[name='input.action']") == "disk_check"
    page.fill("#cron", "weekdays at 8:00")
    page.click("text=Schedule it")
    assert page.url == f"{hydra.url}/ui/schedules/look-at-the-disks"
    assert "Weekdays at 08:00" in page.inner_text("#times")
    page.click("#actions >> text=Run now")
    page.goto(f"{hydra.url}/ui/schedules")
    row = page.locator("#schedules li", has_text="Look at the disks")
    row.locator("text=Pause").click()
    assert "Paused" in page.locator("#schedules li", has_text="Look at the disks").inner_text()
    told = hydra.client.get("/schedules/look-at-the-disks").json()
    assert told["schedule"]["input"] == {"action": "disk_check"}
    assert [one["what"] for one in told["firings"]][:1] == ["fired"]
    page.click("text=Look at the disks")
    page.click("text=Remove…")
    page.click("text=Remove “Look at the disks”")
    assert page.url == f"{hydra.url}/ui/schedules"
    assert hydra.client.get("/schedules/look-at-the-disks").status_code == 404


def test_a_setting_is_changed_refused_in_its_place_and_taken_back(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/settings")
    assert "which wins over this page" in page.locator("li", has_text="HYDRA_TIME_ZONE").inner_text()
    assert page.locator("#s-time-zone").count() == 0
    page.fill("#s-overnight", "late")
    page.click("[aria-label='Save overnight']")
    assert "a window is two times" in page.inner_text("#s-overnight-wrong").lower()
    assert page.input_value("#s-overnight") == "late"
    page.fill("#s-overnight", "23:00-06:00")
    page.click("[aria-label='Save overnight']")
    row = page.locator(".settings > li", has=page.locator("#s-overnight"))
    assert "set here" in row.inner_text()
    row.locator("text=Use the default").click()
    assert page.input_value("#s-overnight") == "22:00-07:00"
    page.fill("#new-lane", "lanes.gpu")
    page.fill("#new-lane-value", "3")
    page.locator("form.adding", has_text="Another lane").locator("button").click()
    assert page.input_value("#s-lanes-gpu") == "3"
    hydra.client.put("/settings/lanes.gpu", json={}).raise_for_status()


def test_a_key_is_shown_once_used_and_revoked(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/keys")
    page.fill("#name", "kitchen")
    page.check("[name=scopes][value=write]")
    page.click("text=Make it")
    token = page.input_value("#token")
    assert page.locator("[data-copy]").is_visible() == scripted(page)
    used = httpx.get(f"{hydra.url}/queue", headers={"Authorization": f"Bearer {token}"})
    assert used.status_code == 200
    page.click("text=I have it")
    assert token not in page.content()
    row = page.locator("main li", has_text="kitchen").first
    assert re.search(r"Used \d+ s ago", row.inner_text())
    row.locator("summary").click()
    row.locator("button").click()
    assert "revoked" in page.locator("main li", has_text="kitchen").last.inner_text()
    again = httpx.get(f"{hydra.url}/queue", headers={"Authorization": f"Bearer {token}"})
    assert again.status_code == 401


def test_an_integration_is_set_up_tested_and_taken_away(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/integrations/home_assistant")
    page.fill("#values-url", "homeassistant without a scheme")
    page.fill("#values-token", "a-secret-token")
    page.click("text=Save and test")
    assert page.input_value("#values-url") == "homeassistant without a scheme"
    assert page.get_attribute("#values-url", "aria-invalid") == "true"
    assert page.locator("#values-url-help [data-s=bad]").count() == 1
    assert "a-secret-token" not in page.content()
    assert page.input_value("#values-token") == ""
    page.fill("#values-url", "http://127.0.0.1:9")
    page.fill("#values-token", "a-secret-token")
    page.click("text=Save and test")
    page.click("button:text-is('Test')")
    assert "Home Assistant does not answer" in page.inner_text("#answer")
    assert "It is set" in page.inner_text("form.card")
    assert "a-secret-token" not in page.content()
    page.goto(f"{hydra.url}/ui/integrations")
    assert "Unreachable since" in page.locator("a.system[href$=home_assistant]").inner_text()
    page.goto(f"{hydra.url}/ui/integrations/home_assistant")
    page.click("text=Remove settings…")
    page.click("text=Remove the settings of Home Assistant")
    assert not hydra.client.get("/integrations/home_assistant").json()["configured"]
