"""Each page's main action in a browser that runs no script, and a check that no page of any room is left out."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from hydra_lab.app import found_rooms
from hydra_lab.surfaces.web.site import entries
from tests.journeys.conftest import item, settle
from tests.journeys.visiting import Heard, visit
from tests.server import Server

TESTS = Path(__file__).parents[2]
# Pages that a journey without script comes to by following links, and the file it stands in.
FOLLOWED = {
    "/": "journeys/test_without_script.py", "/new": "journeys/test_without_script.py",
    "/stop": "journeys/test_setting_hydra.py", "/policy/edit": "journeys/test_setting_hydra.py",
    "/schedules/new": "journeys/test_setting_hydra.py", "/schedules/{id}": "journeys/test_setting_hydra.py",
    "/operations/{name}": "journeys/lab/test_looking_around.py", "/queue/{id}": "journeys/test_without_script.py",
    "/backlog/preview/{draft}": "journeys/test_without_script.py",
    "/backlog/preview/{draft}/text": "journeys/test_backlog.py", "/backlog/import": "journeys/test_without_script.py",
    "/benchmarks/compare": "journeys/lab/test_benchmarks.py", "/nodes/new": "journeys/lab/test_nodes.py",
    "/triggers/new": "journeys/triggers/test_pages.py", "/triggers/{id}": "journeys/triggers/test_pages.py",
    "/notifications/rules": "journeys/test_notifications.py", "/alerts/new": "journeys/lab/test_alerts.py",
    "/batches/{id}": "journeys/lab/test_batches.py",
}  # fmt: skip
Action = Callable[[Any, Server], None]
ACTIONS: dict[str, Action] = {}


def main_action(*paths: str) -> Callable[[Action], Action]:
    """Registers what is done on these pages."""

    def register(action: Action) -> Action:
        ACTIONS.update(dict.fromkeys(paths, action))
        return action

    return register


@main_action("/backlog", "/backlog/{name}", "/backlog/{name}/report", "/backlog/{name}/text")
def a_backlog_is_looked_through(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/backlog")
    page.get_by_role("link", name="Last import").first.click()
    expect(page.locator("dl.stats")).to_contain_text("5", use_inner_text=True)
    page.get_by_role("link", name="Open the backlog").click()
    page.get_by_role("link", name="The document").click()
    expect(page.locator("main")).to_contain_text("### 1.1 Back Up Hydra", use_inner_text=True)


@main_action("/inbox/{id}")
def what_is_asked_is_answered(page: Any, hydra: Server) -> None:
    asking = item(hydra, "Clear Old Work")["id"]
    page.goto(f"{hydra.url}/ui/inbox/{asking}")
    page.get_by_label("Reason").fill("Not this year")
    page.get_by_role("button", name="Reject").click()
    page.locator(".toast", has_text="Rejected: Clear Old Work").wait_for()
    assert hydra.client.get(f"/queue/{asking}").json()["state"] == "cancelled"


@main_action("/gpus")
def a_rule_of_memory_is_added_and_removed(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/gpus")
    page.get_by_text("Another rule").click()
    page.get_by_label("Models", exact=True).fill("qwen*")
    page.get_by_label("Minutes without use").fill("30")
    page.get_by_role("button", name="Add the rule").click()
    expect(page.locator("main")).to_contain_text("go after 30 min", use_inner_text=True)
    page.get_by_role("button", name="Remove the rule about qwen*").click()
    expect(page.locator("main")).not_to_contain_text("go after 30 min", use_inner_text=True)


@main_action("/cache")
def the_cache_is_switched_on_and_off(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/cache")
    page.get_by_label("Model or alias").fill("qwen3")
    page.locator("#switch").get_by_role("button", name="Set").click()
    page.locator("#switch li", has_text="qwen3").get_by_role("button", name="Switch off").click()
    expect(page.locator("#switch li", has_text="qwen3")).to_contain_text("Always asks the model", use_inner_text=True)


@main_action("/reconcile", "/reconcile/edit", "/reconcile/revisions/{number}")
def a_schedule_is_wanted_and_brought_about(page: Any, hydra: Server) -> None:
    page.goto(f"{hydra.url}/ui/reconcile/edit")
    text = "schedules:\n  wanted:\n    operation: maintenance.run\n    cron: 0 5 * * *\n" + (
        "    input: {action: health_check}\n"
    )
    page.get_by_label("The desired state").fill(text.replace("cron", "corn"))
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#text-problems")).to_contain_text("schedules.wanted", use_inner_text=True)
    assert "corn: 0 5" in page.get_by_label("The desired state").input_value()
    page.get_by_label("The desired state").fill(text)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("button", name="Save it").click()
    page.get_by_role("link", name="1", exact=True).click()
    expect(page.locator("main")).to_contain_text("0 5 * * *", use_inner_text=True)
    page.goto(f"{hydra.url}/ui/reconcile")
    page.get_by_role("button", name="Bring it about").click()
    settle(hydra)
    found = [one["schedule"]["id"] for one in hydra.client.get("/schedules").json()["schedules"]]
    assert "wanted" in found


@pytest.mark.parametrize("action", list(dict.fromkeys(ACTIONS.values())), ids=lambda one: one.__name__)
def test_its_main_action_needs_no_script(browser: Any, hydra: Server, action: Action) -> None:
    heard = Heard()
    with visit(browser, hydra, heard=heard, java_script_enabled=False) as page:
        action(page, hydra)
        # A form that is refused comes back with its status, which browsers report.
        heard.errors[:] = [one for one in heard.errors if "status of 4" not in one]


def test_no_page_is_without_a_journey_that_runs_no_script() -> None:
    journeys = {path: path.read_text() for path in TESTS.rglob("test_*.py") if path != Path(__file__)}
    scriptless = {path: text for path, text in journeys.items() if "java_script_enabled" in text}
    missing = []
    for page in (entry.page.path for entry in entries(found_rooms())):
        address = re.compile("/ui" + re.sub(r"\\{\w+\\}", r"[^\\s\"'?#/]+", re.escape(page)) + r"(?=[\"'?#])")
        followed = FOLLOWED.get(page)
        known = page in ACTIONS or (followed is not None and TESTS / followed in scriptless)
        if not known and not any(address.search(text) for text in scriptless.values()):
            missing.append(page)
    assert missing == [], (
        "their main action wants a journey with java_script_enabled=False, here or in a file of theirs"
    )
