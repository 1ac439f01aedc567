"""How a person sets Hydra: mode, stop, policy, schedules, settings, keys, integrations; with script and without."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

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
    expect(page.locator("main [role=alert] >> nth=0")).to_contain_text("says no end", use_inner_text=True)
    assert page.is_checked("#mode-card input[value=supervised]")
    page.fill("#mode-card [name=until]", "for 2 hours")
    page.fill("#mode-card [name=reason]", "Guests are here")
    page.click("text=Set the mode")
    set_by = re.compile(r"Set by owner .*Guests are here.*Autonomous again")
    expect(page.locator("#mode-card")).to_have_text(set_by, use_inner_text=True)
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
    expect(page.locator("#banner")).to_have_text("", use_inner_text=True)


def test_policy_says_what_would_happen(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/policy")
    page.select_option("#a-operation", "maintenance.prune_now")
    page.select_option("#a-kind", "backlog")
    page.fill("#a-hour", "23:30")
    page.click("#ask button")
    expect(page.locator("#ask [role=status]").first).to_contain_text("A person is asked first", use_inner_text=True)
    expect(page.locator("#ask [role=status]").first).to_contain_text("deletes data", use_inner_text=True)
    expect(page.locator("[aria-current].rule").first).to_contain_text("floor:deletes data", use_inner_text=True)
    page.select_option("#a-operation", "queue.list")
    page.click("#ask button")
    expect(page.locator("#ask [role=status]").first).to_contain_text("It happens", use_inner_text=True)


def test_policy_is_edited_after_it_was_checked_and_with_a_yes(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/policy/edit")
    page.fill("#text", "rules:\n  - {operation: notify.send, then: maybe}\n")
    page.click("button:has-text('Check')")
    expect(page.locator("#text-problems")).to_contain_text("rules.0.then", use_inner_text=True)
    page.fill("#text", "rules:\n  - {operation: notify.send, actor: agent, then: deny, reason: Agents keep quiet}\n")
    page.click("button:has-text('Check')")
    expect(page.locator("main")).to_contain_text("notify.send, called by agent", use_inner_text=True)
    assert hydra.client.get("/policy").json()["rules"] == []
    page.click("text=Yes, put 1 rule in force")
    assert page.url == f"{hydra.url}/ui/policy"
    expect(page.locator("main")).to_contain_text("Agents keep quiet.", use_inner_text=True)
    page.goto(f"{hydra.url}/ui/policy/edit")
    page.fill("#text", "rules: []\n")
    page.click("button:has-text('Check')")
    page.click("text=Ask in the inbox")
    expect(page.locator(".toast").first).to_contain_text("It asks first", use_inner_text=True)
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
    expect(page.locator("#cron-help")).to_contain_text("is no cron line", use_inner_text=True)
    expect(page.locator("[name='input.action']")).to_have_value("disk_check")
    page.fill("#cron", "weekdays at 8:00")
    page.click("text=Schedule it")
    assert page.url == f"{hydra.url}/ui/schedules/look-at-the-disks"
    expect(page.locator("#times")).to_contain_text("Weekdays at 08:00", use_inner_text=True)
    page.click("#actions >> text=Run now")
    page.goto(f"{hydra.url}/ui/schedules")
    row = page.locator("#schedules li", has_text="Look at the disks")
    row.locator("text=Pause").click()
    expect(page.locator("#schedules li", has_text="Look at the disks")).to_contain_text("Paused", use_inner_text=True)
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
    expect(page.locator("li", has_text="HYDRA_TIME_ZONE")).to_contain_text(
        "which wins over this page", use_inner_text=True
    )
    expect(page.locator("#s-time-zone")).to_have_count(0)
    page.fill("#s-overnight", "late")
    page.click("[aria-label='Save overnight']")
    expect(page.locator("#s-overnight-wrong")).to_contain_text("a window is two times", ignore_case=True)
    expect(page.locator("#s-overnight")).to_have_value("late")
    page.fill("#s-overnight", "23:00-06:00")
    page.click("[aria-label='Save overnight']")
    row = page.locator(".settings > li", has=page.locator("#s-overnight"))
    expect(row).to_contain_text("set here", use_inner_text=True)
    row.locator("text=Use the default").click()
    expect(page.locator("#s-overnight")).to_have_value("22:00-07:00")
    page.fill("#new-lane", "lanes.gpu")
    page.fill("#new-lane-value", "3")
    page.locator("form.adding", has_text="Another lane").locator("button").click()
    expect(page.locator("#s-lanes-gpu")).to_have_value("3")
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
    expect(page.locator("main li", has_text="kitchen").last).to_contain_text("revoked", use_inner_text=True)
    again = httpx.get(f"{hydra.url}/queue", headers={"Authorization": f"Bearer {token}"})
    assert again.status_code == 401


def test_an_integration_is_set_up_tested_and_taken_away(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/integrations/home_assistant")
    page.fill("#values-url", "homeassistant without a scheme")
    page.fill("#values-token", "a-secret-token")
    page.click("text=Save and test")
    expect(page.locator("#values-url")).to_have_value("homeassistant without a scheme")
    assert page.get_attribute("#values-url", "aria-invalid") == "true"
    expect(page.locator("#values-url-help [data-s=bad]")).to_have_count(1)
    assert "a-secret-token" not in page.content()
    expect(page.locator("#values-token")).to_have_value("")
    page.fill("#values-url", "http://127.0.0.1:9")
    page.fill("#values-token", "a-secret-token")
    page.click("text=Save and test")
    page.click("button:text-is('Test')")
    expect(page.locator("#answer")).to_contain_text("Home Assistant does not answer", use_inner_text=True)
    expect(page.locator("form.card").first).to_contain_text("It is set", use_inner_text=True)
    assert "a-secret-token" not in page.content()
    page.goto(f"{hydra.url}/ui/integrations")
    expect(page.locator("a.system[href$=home_assistant]")).to_contain_text("Unreachable since", use_inner_text=True)
    page.goto(f"{hydra.url}/ui/integrations/home_assistant")
    page.click("text=Remove settings…")
    page.click("text=Remove the settings of Home Assistant")
    assert not hydra.client.get("/integrations/home_assistant").json()["configured"]
