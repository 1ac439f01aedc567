"""Models in the browser: what is loaded where, a switch with its progress, and a server that is lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.containers.waiting import until
from tests.journeys.visiting import PHONE, findings, keep, visit
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer
from tests.server import Server

SIDES = [(None, "light"), (PHONE, "dark")]
LLAMA, QWEN = "Llama-3.3-70B-Instruct-exl3-3.0bpw", "Qwen2.5-32B-Instruct-exl3-5.0bpw"


@pytest.fixture(scope="module")
def tabby() -> Iterator[TabbyapiPeer]:
    """A TabbyAPI with a large model loaded; another is there."""
    models = (Weights(name=LLAMA, gib=30), Weights(name=QWEN, gib=21, modules=64))
    with TabbyapiPeer(*models, gpu=Gpu(48), key="k", loaded=LLAMA) as one:
        yield one


@pytest.fixture(scope="module")
def hydra(tabby: TabbyapiPeer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra with it, an Ollama, a plain server and one that does not answer."""
    kept = (
        Weights(name="qwen3:8b", gib=5.2, context=40960),
        Weights(name="nomic-embed-text:v1.5", gib=0.3, embeds=True),
    )
    with OllamaPeer(*kept, loaded="qwen3:8b") as ollama, PlainPeer(Weights(name="gpt-oss-20b")) as plain:
        one = Server(
            tmp_path_factory.mktemp("models") / "data", HYDRA_TABBYAPI__URL=tabby.url, HYDRA_TABBYAPI__KEY="k",
            HYDRA_OLLAMA__URL=ollama.url, HYDRA_OLLAMA__NODE="atlas", HYDRA_OLLAMA__GPUS="0",
            HYDRA_OPENAI_COMPATIBLE__URL=plain.url,
            HYDRA_OPENAI_COMPATIBLE__SERVERS='{"attic": "http://127.0.0.1:9 node=attic gpus=0,1"}',
        ).start()  # fmt: skip
        try:
            until(lambda: len(one.client.get("/models/status").json()["servers"]) == 4)
            yield one
            print(one.tail())
        finally:
            one.close()


@pytest.mark.parametrize(("size", "colours"), SIDES)
def test_what_is_loaded_where_is_seen(browser: Any, hydra: Server, size: dict[str, int] | None, colours: str) -> None:
    options = {"color_scheme": colours} | ({"viewport": size} if size else {})
    with visit(browser, hydra, **options) as page:
        page.goto(f"{hydra.url}/ui/models")
        told = page.inner_text("main")
        assert "3 of 4 servers answer" in told
        assert "What is in its memory is unknown" in told
        expect(page.get_by_role("button", name=f"Unload {LLAMA}")).to_have_count(1)
        assert findings(page) == []
        keep(page, f"models-{'phone' if size else 'desktop'}-{colours}")


def test_a_model_is_switched_and_its_progress_is_seen(browser: Any, hydra: Server, tabby: TabbyapiPeer) -> None:
    tabby.gate.clear()
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/models")
        page.select_option("select[aria-label='Model on TabbyAPI']", QWEN)
        page.locator("#server-tabbyapi").get_by_role("button", name="Switch to it").click()
        page.wait_for_selector(f"#under-way >> text=loading {QWEN}")
        keep(page, "models-switching-desktop-light")
        tabby.gate.set()
        page.wait_for_selector(f"#server-tabbyapi th >> text={QWEN}")
        page.wait_for_selector(f"#models-history >> text=has switched to {QWEN}")
        keep(page, "models-switched-desktop-light")
    assert list(tabby.loaded) == [QWEN]


def test_several_servers_are_set_up_in_one_form(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/integrations/openai_compatible")
        assert (
            page.locator("textarea[name='values.servers']").input_value()
            == "attic: http://127.0.0.1:9 node=attic gpus=0,1"
        )
        page.goto(f"{hydra.url}/ui/integrations/ollama")
        page.locator("textarea[name='values.servers']").fill("big: http://127.0.0.1:9 node=big gpus=0,1")
        page.get_by_role("button", name="Save and test").click()
        until(lambda: "ollama:big" in [one["id"] for one in hydra.client.get("/models/status").json()["servers"]])
        keep(page, "models-form")


def test_without_script_a_model_is_unloaded(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/models")
        page.get_by_role("button", name="Unload qwen3:8b").click()
        until(lambda: not hydra.client.get("/models/loaded", params={"server": "ollama"}).json()["loaded"])
