"""The cache in the browser: hits and near misses, recording, an analysis, and the setting that it recommends."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.cache.knowing import Knowing
from tests.areas.gateway.backend import until
from tests.journeys.visiting import PHONE, findings, keep, visit
from tests.server import Server

MODEL = "qwen3-8b-instruct"
QUESTIONS = ("How do I restart the nginx container?", "What is the way to restart the nginx container?",
             "How do I not restart the nginx container?", "Which ports are open on the router?")  # fmt: skip


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra whose cache was asked a few things, and that has a model server."""
    models = Knowing(MODEL, "embed")
    models.knows = dict.fromkeys(QUESTIONS, "docker restart nginx")
    address = {"HYDRA_OPENAI_COMPATIBLE__URL": models.url}
    one = Server(tmp_path_factory.mktemp("cache") / "data", **address).start()
    try:
        until(lambda: MODEL in one.client.get("/v1/models").text)
        settings = {"rules": [{"mode": "semantic"}], "embedder": "embed", "audit": 1}
        one.client.put("/cache/settings", json=settings).raise_for_status()
        one.client.post("/cache/record", json={"model": "qwen*"}).raise_for_status()
        for number, question in enumerate((*QUESTIONS, QUESTIONS[0])):
            body = {"model": MODEL, "temperature": 0, "messages": [{"role": "user", "content": question}]}
            one.client.post("/v1/chat/completions", json=body).raise_for_status()
            until(lambda number=number: one.client.get("/cache/status").json()["entries"] >= min(number + 1, 4))  # type: ignore[misc]
        until(lambda: one.client.get("/cache/status").json()["exact_audit"]["compared"])
        yield one
        print(one.tail())
    finally:
        one.close()
        models.close()


def test_what_was_asked_is_analyzed_and_a_setting_taken_over(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/cache")
        expect(page.locator("#happened")).to_contain_text("They differ in a negation.")
        expect(page.locator("#recording")).to_contain_text("5 questions")
        page.locator("#recording").get_by_role("button", name="Stop").click()
        expect(page.locator("#recording")).to_contain_text("Nothing is recorded now.")
        page.get_by_role("button", name="Analyze").click()
        expect(page.locator(".toast").first).to_contain_text("Queued")
        until(lambda: hydra.client.get("/cache/analysis").status_code == 200, 90)
        page.goto(f"{hydra.url}/ui/cache")
        expect(page.locator("#traffic")).to_contain_text("Too little was recorded to recommend anything: 5 questions")
        row = page.locator("#traffic tr", has_text="The same question, 24")
        expect(row).to_contain_text("1 hit (20.0 %)")
        row.get_by_role("button", name="Take over").click()
        expect(page.locator("#switch")).to_contain_text("exact")
        assert [one["mode"] for one in hydra.client.get("/cache/settings").json()["rules"]] == ["exact"]


@pytest.mark.parametrize(("size", "colours"), [(None, "light"), (PHONE, "dark")])
def test_an_analysis_appears_by_itself_and_recording_is_switched(
    browser: Any, hydra: Server, size: dict[str, int] | None, colours: str
) -> None:
    with visit(browser, hydra, color_scheme=colours, **({"viewport": size} if size else {})) as page:
        page.goto(f"{hydra.url}/ui/cache")
        page.get_by_label("What is asked of").fill(f"for-{colours}")
        page.locator("#recording").get_by_role("button", name="Record", exact=True).click()
        expect(page.locator("#recording")).to_contain_text(f"for-{colours}")
        page.select_option("#a-model", MODEL)
        page.get_by_role("button", name="Analyze").click()
        expect(page.locator("#analysis-h + .muted")).to_contain_text(f"{MODEL}, 5 questions", timeout=90_000)
        expect(page.locator("#traffic tbody tr")).not_to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert findings(page) == []
        keep(page, f"cache-{colours}")
