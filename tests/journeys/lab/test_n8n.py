"""n8n in the browser: workflows are made robust after a look at what would change, with script and without."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.running import ended
from tests.integrations.faults import Fault
from tests.integrations.n8n.standin import KEY, N8n
from tests.integrations.n8n.standin import lab as automation
from tests.journeys.visiting import PHONE, findings, keep, visit
from tests.server import Server


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Hydra."""
    one = Server(tmp_path_factory.mktemp("n8n") / "data").start()
    yield one
    one.close()


@pytest.fixture
def n8n(hydra: Server) -> Iterator[N8n]:
    """An n8n that Hydra knows."""
    with automation() as one:
        hydra.client.put("/integrations/n8n", json={"url": one.url, "api_key": KEY}).raise_for_status()
        one.ran("w1")
        yield one


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_workflows_are_hardened_after_a_preview_and_put_back(
    browser: Any, hydra: Server, n8n: N8n, script: bool
) -> None:
    with visit(browser, hydra, java_script_enabled=script) as page:
        page.goto(f"{hydra.url}/ui/n8n")
        expect(page.locator("#workflows")).to_contain_text("3 active workflows", use_inner_text=True)
        expect(page.locator("#failed")).to_contain_text("Run 1, begun by webhook", use_inner_text=True)
        page.get_by_role("button", name="See what would make them robust").click()
        expect(page.locator("#preview")).to_contain_text("a second try may do it twice", use_inner_text=True)
        assert not script or page.url == f"{hydra.url}/ui/n8n"  # so that its live parts are asked of the page
        page.get_by_role("button", name="Make these changes").click()
        item = hydra.client.get("/queue", params={"operation": "n8n.harden"}).json()["items"][0]
        assert ended(hydra, item["id"])["state"] == "held"
        page.goto(f"{hydra.url}/ui/queue/{item['id']}")
        expect(page.locator("main")).to_contain_text("→ w3", use_inner_text=True)
        hydra.client.post(f"/queue/{item['id']}/approve").raise_for_status()
        assert ended(hydra, item["id"], or_held=False)["state"] == "done"
        page.goto(f"{hydra.url}/ui/n8n")
        kept = page.locator("li", has_text="Ask the weather")
        kept.get_by_role("button", name="Put it back").first.click()
        item = hydra.client.get("/queue", params={"operation": "n8n.restore"}).json()["items"][0]
        assert ended(hydra, item["id"], or_held=False)["state"] == "done"
        assert "retryOnFail" not in n8n.workflows["w1"]["nodes"][1]


def test_it_is_sound_on_a_phone_and_says_when_n8n_is_lost(browser: Any, hydra: Server, n8n: N8n) -> None:
    with visit(browser, hydra, viewport=PHONE) as page:
        page.goto(f"{hydra.url}/ui/n8n")
        assert findings(page) == []
        keep(page, "n8n-phone")
    n8n.fault = Fault.BROKEN
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/n8n")
        expect(page.locator("main")).to_contain_text("n8n does not answer", use_inner_text=True)
