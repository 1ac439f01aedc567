"""Containers in the browser: what runs in a real Docker Engine, one that fails and is healed, and what it wrote."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.areas.containers.waiting import attempt, followed, until
from tests.journeys.visiting import DESKTOP, PHONE, Heard, findings, keep, visit
from tests.peers.docker import Docker
from tests.server import Server

PROVE = ("--label", "hydra.heal.prove=2s", "--label", "hydra.heal.cooldown=1s")
HEALED = ("--label", "hydra.heal=restart", *PROVE)


@pytest.fixture(scope="module")
def hydra(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that follows an Engine with a few containers; they are gone when it ends."""
    docker.run(
        "web", "echo listening on 8080; echo password=hunter2hunter2; sleep 1000", "--label", "hydra.probe=command:true"
    )
    docker.run("job", "echo no space left; exit 3")
    docker.run("shaky", "while [ ! -f /tmp/die ]; do sleep 0.2; done; rm /tmp/die; exit 1", *HEALED)
    one = Server(tmp_path_factory.mktemp("containers") / "data", HYDRA_DOCKER__ADDRESS=docker.address).start()
    try:
        followed(one, docker)
        yield one
        print(one.tail())
    finally:
        one.close()
        for name in ("web", "job", "shaky", "lost"):
            docker("rm", "--force", name, check=False)


def test_a_container_that_failed_comes_first_and_says_why(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/containers")
        rows = page.locator("#containers tbody tr")
        expect(rows.first).to_contain_text("job", use_inner_text=True)
        expect(rows.first).to_contain_text("exited, exit code 3", use_inner_text=True)
        assert findings(page) == []
        keep(page, "containers")
        page.get_by_role("link", name="web", exact=True).click()
        page.get_by_role("heading", name="What it wrote last").wait_for()
        log = page.locator("#log").inner_text()
        assert "listening on 8080" in log
        assert "hunter2" not in log
        assert findings(page) == []
        keep(page, "container")


def test_what_fails_is_healed_before_ones_eyes(browser: Any, hydra: Server, docker: Docker) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/containers")
        page.locator("#containers").get_by_text("healed when it fails").wait_for()
        docker("exec", "shaky", "touch", "/tmp/die")
        page.locator("#healing").get_by_text("healed after").wait_for(timeout=60_000)  # by itself: the page is live
        assert findings(page) == []
        keep(page, "containers-healed")


def test_what_could_not_be_healed_shows_its_ladder_and_evidence_and_asks(
    browser: Any, hydra: Server, docker: Docker
) -> None:
    wrote = "echo connecting to the database; echo fatal: the data directory was made by version 14; exit 1"
    docker.run("lost", wrote, "--label", "hydra.heal=on", *PROVE)
    told = attempt(hydra, "lost")
    for name, view, scheme in (
        ("desktop", DESKTOP, "light"), ("desktop-dark", DESKTOP, "dark"), ("phone", PHONE, "light"),
        ("phone-dark", PHONE, "dark"),
    ):  # fmt: skip
        with visit(browser, hydra, viewport=view, color_scheme=scheme) as page:
            page.goto(f"{hydra.url}/ui/containers")
            page.get_by_role("link", name="asks you").first.wait_for()
            keep(page, f"containers-{name}")
            page.goto(f"{hydra.url}/ui/containers/lost")
            ladder = page.locator("#tries .steps").inner_text()
            for words in (
                "Restart it",
                "Did not help",
                "Make it anew",
                "Left out: it depends on nothing",
                "Ask a person",
            ):
                assert words in ladder
            expect(page.locator("#tries")).to_contain_text("made by version 14", use_inner_text=True)
            assert findings(page) == []
            keep(page, f"container-lost-{name}")
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/containers/lost")
        page.get_by_role("link", name="Answer").click()
        page.get_by_text("lost was not healed").wait_for()
        keep(page, "container-lost-asked")
    hydra.client.post(f"/queue/{told['item']}/reject", json={}).raise_for_status()


def test_a_container_is_restarted_without_script(browser: Any, hydra: Server, docker: Docker) -> None:
    before = docker.state("web")["StartedAt"]
    heard = Heard()
    with visit(browser, hydra, heard=heard, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/containers/web")
        page.get_by_role("button", name="Restart web").click()
        page.get_by_text("Queued: ").wait_for()
    until(lambda: docker.state("web")["StartedAt"] != before)
