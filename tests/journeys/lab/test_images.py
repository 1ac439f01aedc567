"""Images in the browser: what takes room, what may go and why the rest stays, and a clean-up that is seen first."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.containers.waiting import until
from tests.journeys.visiting import PHONE, findings, keep, visit
from tests.peers.docker import Docker
from tests.server import Server

SIDES = [(None, "light"), (None, "dark"), (PHONE, "light"), (PHONE, "dark")]


@pytest.fixture(scope="module")
def hydra(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra beside an Engine with something to remove and something to keep."""
    docker.image("shop/api:2", size=900)
    docker.image("shop/api:1", size=700)
    docker.image("tools/keep:1", size=100, labels={"hydra.keep": "true"})
    docker.build_with_cache("kit:1", size=400)
    docker("rmi", "kit:1")
    docker("volume", "create", "photos")
    docker.run("web", "head -c 90000 /dev/zero > /f; sleep 1000", "--volume", "shop-data:/d", "--volume", "/tmp/v",
               image="shop/api:2")  # fmt: skip
    one = Server(tmp_path_factory.mktemp("images") / "data", HYDRA_DOCKER__ADDRESS=docker.address).start()
    try:
        one.client.put("/images/rules", json={"unused_days": 0, "cache_days": 0, "keep": ["lab/*"]}).raise_for_status()
        until(lambda: one.client.get("/images/usage").json().get("images"))
        yield one
        print(one.tail())
    finally:
        one.close()
        docker.clear()


@pytest.mark.parametrize(("size", "colours"), SIDES)
def test_what_may_go_and_what_stays_is_seen_with_reasons(
    browser: Any, hydra: Server, size: dict[str, int] | None, colours: str
) -> None:
    options = {"color_scheme": colours} | ({"viewport": size} if size else {})
    with visit(browser, hydra, **options) as page:
        page.goto(f"{hydra.url}/ui/images")
        goes = page.locator("section", has=page.get_by_role("heading", name="May go"))
        stays = page.locator("section", has=page.get_by_role("heading", name="Stays"))
        expect(goes).to_contain_text("shop/api:1", use_inner_text=True)
        expect(goes).to_contain_text("No container refers to it", use_inner_text=True)
        expect(stays).to_contain_text("Container web runs from it", use_inner_text=True)
        expect(stays).to_contain_text("Its label hydra.keep says so", use_inner_text=True)
        assert findings(page) == []
        keep(page, f"images-{'phone' if size else 'desktop'}-{colours}")


def test_a_clean_up_is_asked_for_and_refused_without_script(browser: Any, hydra: Server, docker: Docker) -> None:
    with visit(browser, hydra, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/images")
        page.get_by_role("button", name="Remove them").click()
        until(lambda: hydra.client.get("/inbox/count").json()["approvals"])
        page.goto(f"{hydra.url}/ui/inbox")
        page.get_by_role("button", name="Reject").click()
        page.goto(f"{hydra.url}/ui/inbox")
        expect(page.locator("main")).not_to_contain_text("shop/api:1", use_inner_text=True)
    assert hydra.client.get("/inbox/count").json()["approvals"] == 0
    assert docker("images", "--quiet", "shop/api:1")


def test_a_clean_up_is_shown_in_the_inbox_and_done_after_a_yes(browser: Any, hydra: Server, docker: Docker) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/images")
        page.get_by_role("button", name="Remove them").click()
        until(lambda: hydra.client.get("/inbox/count").json()["approvals"])
        page.goto(f"{hydra.url}/ui/inbox")
        page.get_by_text("image: shop/api:1").wait_for()
        assert findings(page) == []
        keep(page, "images-inbox")
        page.get_by_role("button", name="Approve").click()
        until(lambda: "shop/api   1 " not in docker("images") and not docker("images", "--quiet", "shop/api:1"))
        page.goto(f"{hydra.url}/ui/images")
        page.locator("#images").get_by_role("heading", name="Cleaned up").wait_for(timeout=30_000)
        assert docker("images", "--quiet", "shop/api:2")
        keep(page, "images-cleaned")
