"""Nodes and GPUs in the browser: one is added and trusted, its cards are seen, it is lost and marked."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.containers.waiting import until
from tests.journeys.visiting import PHONE, Heard, findings, keep, visit
from tests.peers import sshd
from tests.peers.sshd import Sshd
from tests.server import Server


@pytest.fixture(scope="module")
def host() -> Iterator[Sshd]:
    """A machine with two cards, one of which tells no temperature."""
    with sshd.running({}, {"uuid": "GPU-2", "temperature.gpu": None}) as one:
        yield one


@pytest.fixture(scope="module")
def hydra(host: Sshd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that knows of its own machine alone."""
    one = Server(tmp_path_factory.mktemp("nodes") / "data").start()
    yield one
    print(one.tail())
    one.close()


def test_a_node_is_added_and_trusted_and_its_cards_are_seen(browser: Any, hydra: Server, host: Sshd) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/nodes")
        page.get_by_text("Only this machine so far").wait_for()
        page.get_by_role("link", name="Add a node").first.click()
        page.get_by_label("Name", exact=True).fill("gpu-1")
        page.get_by_label("Address").fill("127.0.0.1")
        page.get_by_label("Port").fill(str(host.port))
        page.get_by_label("User").fill(host.user)
        page.get_by_label("Key file").fill(str(host.key))
        page.get_by_label("Roles").fill("gpu\nstudio")
        assert findings(page) == []
        keep(page, "node-new")
        page.get_by_role("button", name="Add it").click()
        page.get_by_text("Nobody has confirmed its host key").wait_for(timeout=60_000)  # by itself: the page is live
        assert host.fingerprint in page.locator("#now").inner_text()
        assert findings(page) == []
        keep(page, "node-untrusted")
        page.get_by_role("button", name="trust this key").click()
        page.locator("#now").get_by_text("answers", exact=True).wait_for(timeout=60_000)
        card = page.locator("#now .accel").nth(1)
        expect(card).to_contain_text("of 24.0 GiB", use_inner_text=True)
        assert card.locator(".tile[data-s=unknown]").inner_text().split() == ["Temperature", "–"]
        assert findings(page) == []
        keep(page, "node")
        page.goto(f"{hydra.url}/ui/nodes")
        assert findings(page) == []
        keep(page, "nodes")


def test_a_lost_node_is_marked_and_shows_no_zeros(browser: Any, hydra: Server, host: Sshd) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/nodes")
        memory = page.locator("section[aria-label=gpu-1] .tile").nth(1)
        assert memory.get_attribute("data-s") is None
        host.kill()
        page.locator("section[aria-label=gpu-1]").get_by_text("Lost", exact=True).wait_for(timeout=60_000)
        assert memory.get_attribute("data-s") == "unknown"
        assert "GiB" in memory.inner_text(), "its last figure, with its age"
        assert findings(page) == []
        keep(page, "nodes-lost")
        host.start_again()
        page.locator("section[aria-label=gpu-1]").get_by_text("answers", exact=True).wait_for(timeout=60_000)


def test_a_limit_is_set_without_script_on_a_phone(browser: Any, hydra: Server, host: Sshd) -> None:
    until(lambda: hydra.client.get("/nodes/gpu-1").json()["state"] == "up")
    with visit(browser, hydra, heard=Heard(), viewport=PHONE, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/nodes/gpu-1")
        keep(page, "node-phone")
        page.locator("#watts-1").fill("250")
        page.get_by_role("button", name="Set limit").first.click()
        page.get_by_text("The limit is set and was read back").wait_for()
    assert host.cards()[0]["power.limit"] == 250.0


def test_a_node_is_added_trusted_and_removed_without_script(browser: Any, hydra: Server, host: Sshd) -> None:
    def state() -> str:
        nodes = hydra.client.get("/nodes").json()["nodes"]
        return next((str(one["state"]) for one in nodes if one["name"] == "gpu-2"), "")

    with visit(browser, hydra, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/nodes/new")
        for label, value in (
            ("Address", "127.0.0.1"),
            ("Port", host.port),
            ("User", host.user),
            ("Key file", host.key),
        ):
            page.get_by_label(label).fill(str(value))
        page.get_by_label("Name", exact=True).fill("gpu-2")
        page.get_by_role("button", name="Add it").click()
        until(lambda: state() == "refused")
        page.goto(f"{hydra.url}/ui/nodes/gpu-2")
        page.get_by_role("button", name="trust this key").click()
        until(lambda: state() == "up")
        page.goto(f"{hydra.url}/ui/nodes/gpu-2")
        expect(page.locator("#now")).to_contain_text("answers", use_inner_text=True)
        page.get_by_text("Remove…").click()
        page.get_by_role("button", name="Remove “gpu-2”").click()
        page.wait_for_url("**/ui/nodes")
    assert state() == ""
