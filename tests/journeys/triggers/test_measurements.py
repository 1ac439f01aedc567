"""A trigger on a measurement of a real Prometheus, in a browser: refused, tried, fired once, and lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.visiting import DESKTOP, PHONE, Heard, findings, keep, visit
from tests.peers.alerting import until
from tests.peers.starting import absent, installed, peer
from tests.server import Server

# Two nodes, of which one is filling.
QUERY = 'label_replace(vector(91.5), "node", "atlas", "", "") or label_replace(vector(40), "node", "nova", "", "")'


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that knows of no Prometheus yet."""
    server = Server(tmp_path_factory.mktemp("measurements") / "data").start()
    yield server
    print(server.tail())
    server.close()


def seen(hydra: Server) -> Any:
    """The trigger as it is now."""
    return hydra.client.get("/triggers/disk-full").raise_for_status().json()


def fit(page: Any, name: str) -> None:
    """Each form of the page that is open is fit to be read."""
    for scheme in ("light", "dark"):
        for size in (PHONE, DESKTOP):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            keep(page, f"{name}-{size['width']}-{scheme}")
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        assert findings(page) == []


def test_a_measurement_starts_work_once_and_says_when_it_cannot_be_measured(
    browser: Any, hydra: Server, tmp_path: Path
) -> None:
    if not installed("/usr/bin/prometheus"):
        absent("Prometheus", bring="apt install prometheus")
    config = tmp_path / "prometheus.yml"
    config.write_text("global: {}\n")
    heard = Heard()
    with visit(browser, hydra, heard=heard) as page:
        page.goto(f"{hydra.url}/ui/triggers/new?operation=maintenance.prune_now")
        page.click("text=A measurement")
        expect(page.locator("main")).to_contain_text("Nothing that measures is set up", use_inner_text=True)
        fit(page, "measurement-new")
        page.fill("#query", "sum(")
        page.fill("[name=above]", "90")
        page.fill("[name=every_s]", "5")
        page.fill("[name='input.older_than_days']", "365")
        page.fill("[name=title]", "Make room on {{ data.labels.node }}, at {{ data.value }} percent")
        page.fill("[name=id]", "disk-full")
        with peer("prometheus.sh", CONFIG=str(config)) as values:
            hydra.client.put("/integrations/prometheus", json={"values": {"url": values["URL"]}}).raise_for_status()
            page.click("text=Set it")
            expect(page.locator("#query-help")).to_contain_text("parse error", use_inner_text=True)
            expect(page.locator("[name=above]")).to_have_value("90")
            page.fill("#query", QUERY)
            page.click("text=Set it")
            assert page.url == f"{hydra.url}/ui/triggers/disk-full"
            item = until(lambda: seen(hydra)["last_item"], 60)
            title = hydra.client.get(f"/queue/{item}").raise_for_status().json()["title"]
            assert title == "Make room on atlas, at 91.5 percent"
            first = seen(hydra)["measured"]["looked_at"]
            until(lambda: seen(hydra)["measured"]["looked_at"] != first, 60)
            assert seen(hydra)["started"] == 1
            page.goto(f"{hydra.url}/ui/triggers/disk-full?try=1")
            expect(page.locator("#tried")).to_contain_text("91.5", use_inner_text=True)
            expect(page.locator("#tried")).to_contain_text("node=nova", use_inner_text=True)
            fit(page, "measurement-tried")
        until(lambda: seen(hydra)["measured"]["problem"], 60)
        page.goto(f"{hydra.url}/ui/triggers/disk-full")
        expect(page.locator("#measured")).to_contain_text("cannot be measured now", use_inner_text=True)
        expect(page.locator("#became")).to_contain_text("Cannot be measured: ", use_inner_text=True)
        fit(page, "measurement-lost")
        page.goto(f"{hydra.url}/ui/triggers")
        expect(page.locator("#triggers")).to_contain_text("Cannot be measured: ", use_inner_text=True)
        heard.errors[:] = [one for one in heard.errors if "status of 4" not in one]
