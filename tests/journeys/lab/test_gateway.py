"""The gateway in the browser and from OpenAI's interface, before a real server of its kind."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.gateway.backend import Backend, until
from tests.journeys.visiting import PHONE, Heard, findings, keep, visit
from tests.server import Server

SIDES = [(None, "light"), (PHONE, "dark")]


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra with a model server that was asked a few things."""
    backend = Backend("qwen3-8b-instruct", "nomic-embed-text", "http500")
    address = {"HYDRA_OPENAI_COMPATIBLE__URL": backend.url}
    one = Server(tmp_path_factory.mktemp("gateway") / "data", **address).start()
    try:
        aliases = [{"name": "default", "targets": [{"model": "qwen3-8b-instruct"}]}]
        one.client.put("/gateway/aliases", json={"aliases": aliases}).raise_for_status()
        until(lambda: len(one.client.get("/v1/models").json()["data"]) == 4)
        hello = [{"role": "user", "content": "Hello"}]
        for model, stream in (("default", True), ("qwen3-8b-instruct", False), ("http500", False)):
            one.client.post("/v1/chat/completions", json={"model": model, "messages": hello, "stream": stream})
        yield one
        print(one.tail())
    finally:
        one.close()
        backend.close()


def test_an_answer_comes_through_a_real_integration(hydra: Server) -> None:
    vectors = hydra.client.post("/v1/embeddings", json={"model": "nomic-embed-text", "input": "x"})
    assert vectors.json()["data"][0]["embedding"] == [0.5, -1.0]
    body = {"model": "default", "stream": True, "messages": [{"role": "user", "content": "?"}]}
    with hydra.client.stream("POST", "/v1/chat/completions", json=body) as answer:
        assert "".join(answer.iter_text()).endswith("data: [DONE]\n\n")


@pytest.mark.parametrize(("size", "colours"), SIDES)
def test_traffic_is_seen_and_a_model_can_be_tried(
    browser: Any, hydra: Server, size: dict[str, int] | None, colours: str
) -> None:
    options = {"color_scheme": colours, "java_script_enabled": False} | ({"viewport": size} if size else {})
    heard = Heard()
    with visit(browser, hydra, heard=heard, **options) as page:
        page.goto(f"{hydra.url}/ui/gateway")
        text = page.inner_text("#traffic")
        assert "qwen3-8b-instruct" in text
        assert "failed" in text
        page.select_option("#try-model", "default")
        page.fill("#try-text", "Count to three")
        page.get_by_role("button", name="Ask").click()
        talk = page.get_by_role("list", name="The talk")
        expect(talk).to_contain_text("One two three", use_inner_text=True)
        page.fill("#try-text", "Once more")
        page.get_by_role("button", name="Ask").click()
        expect(talk.get_by_text("One two three")).to_have_count(2)
        page.select_option("#try-model", "http500")
        page.fill("#try-text", "And you?")
        page.get_by_role("button", name="Ask").click()
        expect(page.get_by_role("alert")).to_contain_text("did not answer", use_inner_text=True)
        heard.errors.clear()  # the browser tells of the status 502
        keep(page, f"gateway-failed-{'phone' if size else 'desktop'}-{colours}")
    with visit(browser, hydra, **(options | {"java_script_enabled": True})) as page:
        page.goto(f"{hydra.url}/ui/gateway")
        page.fill("#try-text", "Count to three")
        page.get_by_role("button", name="Ask").click()
        page.get_by_role("list", name="The talk").wait_for()
        assert findings(page) == []
        keep(page, f"gateway-{'phone' if size else 'desktop'}-{colours}")
