"""A model suggests operations for items of a backlog, and a person chooses: on either page, with script or without."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.backlog.classifying.answers import READER, Table, sure
from tests.areas.backlog.documents import document
from tests.areas.containers.waiting import until
from tests.journeys.visiting import DESKTOP, PHONE, findings, keep, visit
from tests.server import Server

COPY, GUIDE, LETTER = "Keep a Second Copy of Hydra", "Explain What Breaks", "Write to the Neighbours"
TEXT = document(f"### 1.1 {COPY}\n\n### 1.2 {GUIDE}\n\n### 1.3 {LETTER}\n")
LINES = {
    COPY: sure("maintenance.run", 0.7, action="restore_drill"),
    GUIDE: [sure("docs.troubleshooting", 0.9), sure("docs.api", 0.8), sure("docs.troubleshooting", 0.9)],
    LETTER: sure("http.call", 0.5, url="https://lab.example/letters", method="POST"),
}


@pytest.fixture(scope="module")
def choosing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra whose model is not sure enough of anything."""
    with Table(LINES).peer() as peer:
        variables = {"HYDRA_OPENAI_COMPATIBLE__URL": peer.url, "HYDRA_CLASSIFY__MODEL": READER}
        one = Server(tmp_path_factory.mktemp("choosing") / "data", **variables).start()
        one.client.post("/backlog/import", json={"text": TEXT, "name": "lab"}).raise_for_status()
        until(lambda: one.client.get("/backlog/lab/suggestions").json()["total"] == 3)
        yield one
        print(one.tail())
        one.close()


def item(server: Server, title: str) -> dict[str, Any]:
    """An item of the backlog."""
    found: list[dict[str, Any]] = server.client.get("/queue", params={"q": title}).json()["items"]
    return next(one for one in found if one["title"] == title)


@pytest.mark.parametrize(("size", "colours"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_suggestions_are_seen_with_what_they_would_need(
    browser: Any, choosing: Server, size: dict[str, int], colours: str
) -> None:
    with visit(browser, choosing, viewport=size, color_scheme=colours) as page:
        page.goto(f"{choosing.url}/ui/backlog/lab")
        text = page.locator("#suggestions").inner_text()
        assert "0.70" in text
        assert "It does not run without a person: a model chose it" in text
        assert "It would run without asking anybody" in text
        assert findings(page) == []
        keep(page, f"suggestions-{size['width']}-{colours}")
        page.goto(f"{choosing.url}/ui/queue/{item(choosing, GUIDE)['id']}")
        expect(page.locator("#proposals")).to_contain_text("docs.api", use_inner_text=True)
        assert findings(page) == []
        keep(page, f"suggested-{size['width']}-{colours}")


def test_one_is_taken_one_is_mended_and_one_is_put_aside(browser: Any, choosing: Server) -> None:
    with visit(browser, choosing, java_script_enabled=False) as page:
        page.goto(f"{choosing.url}/ui/backlog/lab")
        page.locator("#suggestions [data-item]", has_text=GUIDE).get_by_role("button", name="Use it").first.click()
        expect(page.locator("body")).to_contain_text("Done by docs.troubleshooting", use_inner_text=True)
        page.locator("#suggestions [data-item]", has_text=LETTER).get_by_role("button", name="None of these").click()
        expect(page.locator("#suggestions")).not_to_contain_text(LETTER, use_inner_text=True)
    assert item(choosing, GUIDE)["operation"] == "docs.troubleshooting"
    assert "owner found that nothing reader suggests does it" in item(choosing, LETTER)["holds"][0]["detail"]
    with visit(browser, choosing) as page:
        page.goto(f"{choosing.url}/ui/queue/{item(choosing, COPY)['id']}")
        page.locator("#proposals").get_by_role("link", name="Edit input").click()
        action = page.get_by_label("Action")
        expect(action).to_have_value("restore_drill")
        action.select_option("disk_check")
        page.get_by_role("button", name="Have it do").click()
        page.wait_for_url("**/ui/queue/*")
    assert (item(choosing, COPY)["operation"], item(choosing, COPY)["input"]["action"]) == (
        "maintenance.run", "disk_check",
    )  # fmt: skip
