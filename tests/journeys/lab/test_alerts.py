"""Alerts in the browser: one that fires is silenced after a look at what that would mute, extended, and told again."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.visiting import PHONE, Heard, findings, keep, visit
from tests.peers.alerting import Alerting, alerting, fire, until
from tests.server import Server

ALERTS = [
    {"alertname": "GpuHot", "severity": "critical", "node": "atlas", "gpu": "0"},
    {"alertname": "DiskFull", "severity": "warning", "node": "boreas", "mountpoint": "/srv/models"},
    {"alertname": "DiskFull", "severity": "warning", "node": "atlas", "mountpoint": "/"},
]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alerting]:
    """A Prometheus whose alerts have reached an Alertmanager."""
    with alerting(tmp_path_factory.mktemp("alerting"), ALERTS) as both:
        yield both


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory, real: Alerting) -> Iterator[Server]:
    """A running Hydra that may be told of both."""
    one = Server(tmp_path_factory.mktemp("alerts") / "data").start()
    yield one
    one.close()


def test_an_alert_is_silenced_after_a_preview_and_told_again(browser: Any, hydra: Server, real: Alerting) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/alerts")
        page.get_by_role("link", name="Connect Alertmanager").click()
        page.get_by_label("Address").fill(real.alertmanager)
        page.get_by_role("button", name="Save and test").click()
        page.get_by_text("Saved and asked: Alertmanager").wait_for()
        hydra.client.put("/integrations/prometheus", json={"url": real.prometheus}).raise_for_status()

        page.goto(f"{hydra.url}/ui/alerts")
        expect(page.get_by_text("GpuHot is on")).to_be_visible()
        page.get_by_role("link", name="Silence DiskFull").first.click()
        page.get_by_label("Which alerts").fill('alertname="DiskFull"\nnode=~"b.*"')
        page.get_by_label("Why").fill("The models move to a bigger disk")
        until(
            lambda: hydra.client.post("/alerts/silences/preview", json={"matchers": ['node="boreas"']}).json()["past"]
        )
        page.get_by_role("button", name="Preview").click()
        preview = page.locator("#preview")
        expect(preview).to_contain_text("1 of 3", use_inner_text=True)
        expect(preview).to_contain_text("mountpoint=/srv/models", use_inner_text=True)
        expect(page.get_by_text("Of the last 7 days")).to_be_visible()
        assert findings(page) == []
        keep(page, "alerts-preview")
        page.get_by_role("button", name="Silence", exact=True).click()
        page.get_by_text("Silenced: The models move").wait_for()
        expect(page.get_by_text("Fires, and nobody is told")).to_be_visible()
        page.get_by_role("button", name=re.compile("One hour more.*The models")).click()
        page.get_by_text("It lasts an hour longer").wait_for()
        assert findings(page) == []
        keep(page, "alerts")
        fire(real.alertmanager, {"alertname": "JustNow", "node": "atlas"})
        page.get_by_text("JustNow", exact=True).wait_for(timeout=30_000)  # by itself: the page is live
        page.get_by_role("button", name=re.compile("End now.*The models")).click()
        page.get_by_text("The silence is over").wait_for()
        expect(page.get_by_text("Fires, and nobody is told")).to_be_hidden()


def test_a_silence_comes_again_and_what_is_wrong_is_told_without_script(
    browser: Any, hydra: Server, real: Alerting
) -> None:
    hydra.client.put("/integrations/alertmanager", json={"url": real.alertmanager}).raise_for_status()
    heard = Heard()
    with visit(browser, hydra, heard=heard, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/alerts/new")
        page.get_by_label("Which alerts").fill('alertname=~"("')
        page.get_by_label("Why").fill("Nightly backup")
        page.get_by_role("button", name="Silence", exact=True).click()
        expect(page.get_by_text("missing closing )").first).to_be_visible()
        expect(page.get_by_label("Why")).to_have_value("Nightly backup")
        heard.errors.clear()  # the browser notes that the form was refused
        page.get_by_label("Which alerts").fill('alertname="BackupSlow"')
        page.get_by_text("Again and again", exact=True).click()
        page.get_by_label("Begins").fill("0 2 * * 0")
        page.get_by_role("button", name="Silence again and again").click()
        expect(page.get_by_role("link", name="Nightly backup")).to_be_visible()
        expect(page.get_by_text("0 2 * * 0")).to_be_visible()
        keep(page, "alerts-phone")
        page.goto(f"{hydra.url}/ui/alerts")
        page.get_by_role("button", name="Make a secret").click()
        assert page.get_by_label("The webhook's secret").input_value().startswith("whsec_")
