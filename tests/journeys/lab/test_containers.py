"""Containers in the browser: what runs in a real Docker Engine, one that fails and is healed, and what it wrote."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.containers.waiting import followed, until
from tests.journeys.visiting import PHONE, Heard, findings, keep, visit
from tests.peers.docker import Docker
from tests.server import Server

HEALED = ("--label", "hydra.heal=restart", "--label", "hydra.heal.prove=2s", "--label", "hydra.heal.cooldown=1s")


@pytest.fixture(scope="module")
def hydra(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that follows an Engine with three containers; they are gone when it ends."""
    docker.run("web", "echo listening on 8080; echo password=hunter2hunter2; sleep 1000")
    docker.run("job", "echo no space left; exit 3")
    docker.run("shaky", "while [ ! -f /tmp/die ]; do sleep 0.2; done; rm /tmp/die; exit 1", *HEALED)
    one = Server(tmp_path_factory.mktemp("containers") / "data", HYDRA_DOCKER__ADDRESS=docker.address).start()
    try:
        followed(one, docker)
        yield one
        print(one.tail())
    finally:
        one.close()
        for name in ("web", "job", "shaky"):
            docker("rm", "--force", name, check=False)


def test_a_container_that_failed_comes_first_and_says_why(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra) as page:
        page.goto(f"{hydra.url}/ui/containers")
        rows = page.locator("#containers li")
        assert "job" in rows.first.inner_text()
        assert "exited, exit code 3" in rows.first.inner_text()
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
        page.locator("#containers").get_by_text("healed", exact=True).wait_for()
        docker("exec", "shaky", "touch", "/tmp/die")
        page.locator("#healing").get_by_text("recovered").wait_for(timeout=60_000)  # by itself: the page is live
        assert findings(page) == []
        keep(page, "containers-healed")


def test_a_container_is_restarted_without_script(browser: Any, hydra: Server, docker: Docker) -> None:
    before = docker.state("web")["StartedAt"]
    heard = Heard()
    with visit(browser, hydra, heard=heard, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(f"{hydra.url}/ui/containers/web")
        page.get_by_role("button", name="Restart web").click()
        page.get_by_text("Queued: ").wait_for()
    until(lambda: docker.state("web")["StartedAt"] != before)
