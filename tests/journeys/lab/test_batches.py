"""Batches in the browser: one is started, watched, looked into and cancelled."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.batches.lab import hydra_with_models, jsonl, line, model_server, until
from tests.journeys.visiting import DESKTOP, PHONE, Heard, findings, keep, visit
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.server import Server

SIDES = [("desktop", DESKTOP, "light"), ("phone", PHONE, "dark")]
MIXED = jsonl(*(line(f"review-{number}", "Sum it up.", "small" if number % 5 else "nobody has this")
                for number in range(1, 61)))  # fmt: skip


@pytest.fixture(scope="module")
def peer() -> Iterator[PlainPeer]:
    """A model server that answers in words."""
    with model_server() as one:
        one.message = lambda asked: {"role": "assistant", "content": "The review praises the battery and the screen."}
        yield one


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory, peer: PlainPeer) -> Iterator[Server]:
    """A Hydra with batches: done with errors, wrong, out of tokens, and one for the night."""
    with hydra_with_models(tmp_path_factory.mktemp("batches"), peer) as one:

        def start(**given: Any) -> str:
            id: str = one.client.post("/batches/start", json=given).raise_for_status().json()["id"]
            return id

        ids = [
            start(title="Reviews of the week", text=MIXED),
            start(title="Broken lines", text=jsonl(line("a"), "{", {**line("b"), "method": "GET"})),
            start(title="Only a little", text=jsonl(*(line(f"r{n}") for n in range(40))), most_tokens=100, at_once=1),
        ]
        start(title="For the night", text="What is new?", lines="prompts", model="small", window="04:00-04:01")
        until(lambda: all(one.client.get(f"/queue/{id}").json()["state"] in ("done", "failed") for id in ids))
        yield one


@pytest.mark.parametrize(("side", "size", "colours"), SIDES)
def test_batches_are_listed_and_looked_into(
    browser: Any, hydra: Server, side: str, size: dict[str, int], colours: str
) -> None:
    with visit(browser, hydra, viewport=size, color_scheme=colours) as page:
        page.goto(f"{hydra.url}/ui/batches")
        told = page.inner_text("#batches")
        assert "48 of 60 answered, 12 failed" in told
        assert "Out of tokens" in told
        assert "2 of 3 lines cannot be asked" in told
        assert "04:00" in told
        assert findings(page) == []
        keep(page, f"batches-{side}-{colours}")
        page.get_by_role("link", name="Reviews of the week").click()
        page.get_by_role("heading", name="What it took").wait_for()
        expect(page.locator("#requests")).to_contain_text("praises the battery", use_inner_text=True)
        assert findings(page) == []
        keep(page, f"batch-{side}-{colours}")
        page.get_by_role("link", name="Failed 12").click()
        until(lambda: "praises" not in page.inner_text("#requests"))
        expect(page.locator("#requests")).to_contain_text("No server has a model", use_inner_text=True)
        with page.expect_download() as got:
            page.get_by_role("link", name="Errors").click()
        assert len(got.value.path().read_text().splitlines()) == 12


def test_a_batch_is_started_and_cancelled_without_script(browser: Any, hydra: Server, peer: PlainPeer) -> None:
    peer.first_token_s, heard = 0.2, Heard()
    try:
        with visit(browser, hydra, heard=heard, java_script_enabled=False) as page:
            page.goto(f"{hydra.url}/ui/batches")
            page.get_by_label("Lines", exact=True).fill("\n".join(f"Prompt {number}?" for number in range(200)))
            page.get_by_role("button", name="Queue the batch").click()
            expect(page.locator("#start")).to_contain_text("Prompts need a model", use_inner_text=True)
            heard.errors[:] = [one for one in heard.errors if "422" not in one]
            page.get_by_label("Model or alias").fill("small")
            page.get_by_role("button", name="Queue the batch").click()
            page.get_by_role("heading", name="Batch of 200 prompts").wait_for()
            until(lambda: page.reload() and "of 200 answered" in page.inner_text("main"))
            page.get_by_role("button", name="Cancel").click()
            expect(page.locator("#far")).to_contain_text("Cancelled", use_inner_text=True)
            expect(page.get_by_role("button", name="Ask for the rest")).to_be_visible()
    finally:
        peer.first_token_s = 0.0


def test_a_batch_is_started_from_a_file_and_seen_to_its_end(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/batches")
        page.get_by_text("Requests (JSONL)").click()
        content = jsonl(*(line(f"ü{number}") for number in range(30))).encode()
        page.locator("#b-file").set_input_files(
            {"name": "in.jsonl", "mimeType": "application/jsonl", "buffer": content}
        )
        page.get_by_role("button", name="Queue the batch").click()
        page.get_by_text("30 of 30 answered").first.wait_for()
        expect(page.locator("#requests")).to_contain_text("ü7", use_inner_text=True)
