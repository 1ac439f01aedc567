"""A backlog comes in by file or paste, is looked at first, and says line by line what was made of it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import BACKLOG, item
from tests.journeys.visiting import PHONE, Heard, keep, visit
from tests.server import Server

EDITED = BACKLOG.replace("**Priority:** LOW", "**Priority:** HIGH\n**Colour:** blue").replace(
    "### 2.3 Clear Old Work\n**Run:** maintenance.prune_now {\"older_than_days\": 365}\n",
    "### 2.4 Water the Plants\n**Task:** All of them\n",
)  # fmt: skip
LINE = EDITED.splitlines().index("**Colour:** blue") + 1


def preview(page: Any, server: Server, text: str | Path, name: str) -> None:
    """Send a document's text, or a file, to be looked at."""
    page.goto(f"{server.url}/ui/backlog/import")
    if isinstance(text, Path):
        page.set_input_files("#file", text)
    else:
        page.fill("#text", text)
    page.fill("#name", name)
    page.click("form.card button.primary")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_edited_file_is_looked_at_and_then_imported(
    browser: Any, hydra: Server, tmp_path: Path, script: bool
) -> None:
    name = f"edited-{script}".lower()
    hydra.client.post("/backlog/import", json={"text": BACKLOG, "name": name}).raise_for_status()
    before = hydra.client.get("/queue").json()["total"]
    file = tmp_path / "edited.md"
    file.write_text(EDITED, encoding="utf-8")
    with visit(browser, hydra) as first:
        context = browser.new_context(java_script_enabled=script, storage_state=first.context.storage_state())
        page = context.new_page()
        preview(page, hydra, file, name)
        shown = page.inner_text("main")
        assert "Nothing is done yet" in shown
        assert "Colour is no field Hydra knows" in shown
        assert "priority: low → high" in shown
        assert "Water the Plants" in shown
        assert "1 would be cancelled" in shown
        keep(page, f"preview-{name}")
        assert hydra.client.get("/queue").json()["total"] == before
        page.click(f"button:has-text('Import {name}')")
        assert page.url == f"{hydra.url}/ui/backlog/{name}"
        expect(page.locator(".toast").first).to_contain_text("1 added, 1 changed, 3 untouched", use_inner_text=True)
        page.click("a:has-text('Last import')")
        expect(page.locator("main")).to_contain_text("Colour is no field Hydra knows", use_inner_text=True)
        page.click(f"main table a:has-text('{LINE}')")
        expect(page.locator(".here").first).to_contain_text("blue", use_inner_text=True)
        context.close()


def test_a_preview_that_is_not_wanted_leaves_nothing(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        preview(page, hydra, BACKLOG, "unwanted")
        page.click("button:has-text('Discard')")
        page.locator(".toast:has-text('Nothing was imported')").wait_for()
        assert "unwanted" not in [one["name"] for one in hydra.client.get("/backlog").json()["backlogs"]]


def test_a_text_that_is_no_backlog_is_refused_with_what_to_do(browser: Any, hydra: Server) -> None:
    heard = Heard()
    with visit(browser, hydra, heard=heard) as page:
        preview(page, hydra, "Just words\n", "words")
        expect(page.locator("[role=alert]").first).to_contain_text("has no item", use_inner_text=True)
        expect(page.locator("#text")).to_have_value("Just words\n")
        heard.errors.clear()  # the browser tells of the 422


def test_an_items_page_leads_to_its_line(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra, viewport=PHONE) as page:
        page.goto(f"{hydra.url}/ui/queue/{item(hydra, 'Sort the Photos')['id']}")
        page.click("a:has-text('Its line in the document')")
        expect(page.locator(".here >> nth=0")).to_contain_text("### 2.2 Sort the Photos", use_inner_text=True)
        page.click("a:has-text('Its work item')")
        expect(page.locator("h1")).to_contain_text("Sort the Photos", use_inner_text=True)


def test_the_document_is_downloaded_with_its_statuses(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/backlog/lab")
        with page.expect_download() as waiting:
            page.click("a:has-text('Download with statuses')")
        text = Path(waiting.value.path()).read_text(encoding="utf-8")
        assert waiting.value.suggested_filename == "lab.md"
        assert "### 1.1 Back Up Hydra ✅ COMPLETE" in text
