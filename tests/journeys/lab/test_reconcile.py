"""The desired state in the browser: taken over from what runs, edited, seen as a plan, approved, and brought about."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.containers.waiting import until
from tests.journeys.visiting import PHONE, Heard, findings, keep, visit
from tests.peers.docker import IMAGE, Docker
from tests.server import Server

SIDES = [(None, "light"), (None, "dark"), (PHONE, "light"), (PHONE, "dark")]
LOOP = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
SECRET = "hunter2-of-the-page"


@pytest.fixture(scope="module")
def hydra(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra beside an Engine with two containers."""
    docker.clear()
    docker.run("db", LOOP, "--env", f"DB_PASSWORD={SECRET}")
    docker.run("web", LOOP)
    one = Server(tmp_path_factory.mktemp("reconcile") / "data", HYDRA_DOCKER__ADDRESS=docker.address).start()
    try:
        yield one
        print(one.tail())
    finally:
        one.close()
        docker.clear()


def test_what_runs_is_taken_over_and_changed_and_nothing_happens_before_it_is_said(
    browser: Any, hydra: Server, docker: Docker
) -> None:
    heard = Heard()
    with visit(browser, hydra, heard=heard) as page:
        page.goto(f"{hydra.url}/ui/reconcile")
        keep(page, "reconcile-empty")
        page.get_by_role("link", name="Begin with what runs now").click()
        text = page.get_by_label("The desired state")
        assert SECRET not in page.content()
        text.fill("containers: {web: {imag: x}}")
        page.get_by_role("button", name="Check").click()
        page.get_by_text("containers.web.image", exact=True).wait_for()
        assert findings(page) == []
        keep(page, "reconcile-wrong")
        heard.errors.clear()  # the browser notes that the form was refused
        page.goto(f"{hydra.url}/ui/reconcile/edit?draft")
        drafted = page.get_by_label("The desired state").input_value()
        more = f'  cache:\n    image: {IMAGE}\n    command: [sh, -c, "{LOOP}"]\n    networks: [none]\n'
        changed = drafted.replace("  web:\n", "  web:\n    depends_on: [db]\n    labels: {team: lab}\n") + more
        page.get_by_label("The desired state").fill(changed)
        page.get_by_role("button", name="Check").click()
        page.get_by_role("heading", name="What it would take").wait_for()
        assert findings(page) == []
        keep(page, "reconcile-checked")
        page.get_by_label("Why").fill("The cache comes back")
        page.get_by_role("button", name="Save it").click()
        page.get_by_role("heading", name="2 things are not as wanted").wait_for()
        assert "cache" not in docker("ps", "--all", "--format", "{{.Names}}")


@pytest.mark.parametrize(("size", "colours"), SIDES)
def test_the_plan_says_what_is_not_so_what_it_costs_and_who_is_asked(
    browser: Any, hydra: Server, docker: Docker, size: dict[str, int] | None, colours: str
) -> None:
    docker("stop", "--time", "0", "db")
    with visit(browser, hydra, color_scheme=colours, **({"viewport": size} if size else {})) as page:
        page.goto(f"{hydra.url}/ui/reconcile")
        told = page.locator("#plan").inner_text()
        for words in ("wrong labels", "label team: none → lab", "It does not run for some seconds", "Asks first",
                      "missing", "stopped", "Watching is off"):  # fmt: skip
            assert words in told, words
        assert SECRET not in page.content()
        assert findings(page) == []
        keep(page, f"reconcile-{'phone' if size else 'desktop'}-{colours}")
        if size is None:
            page.get_by_role("link", name="1: The cache").click()
            page.get_by_role("heading", name="What it changed").wait_for()
            assert findings(page) == []
            keep(page, f"reconcile-revision-{colours}")


def test_it_is_brought_about_after_a_yes_to_the_plan(browser: Any, hydra: Server, docker: Docker) -> None:
    heard = Heard()
    with visit(browser, hydra, heard=heard) as page:
        page.goto(f"{hydra.url}/ui/reconcile")
        page.get_by_role("button", name="Bring it about").click()
        until(lambda: hydra.client.get("/inbox/count").json()["approvals"])
        page.goto(f"{hydra.url}/ui/inbox")
        page.get_by_text("container web: recreate").wait_for()
        keep(page, "reconcile-inbox")
        page.get_by_role("button", name="Approve").click()
        until(lambda: hydra.client.get("/reconcile/plan").json()["in_sync"])
        page.goto(f"{hydra.url}/ui/reconcile")
        page.get_by_role("heading", name="Everything is as it is wanted").wait_for()
        page.get_by_text("Revision 1: done").wait_for(timeout=30_000)
        assert findings(page) == []
        keep(page, "reconcile-done")
        assert docker("inspect", "--format", "{{.Config.Labels.team}}", "web") == "lab"
        # What a page was fetching when it was left is no trouble of a person's.
        heard.errors[:] = [one for one in heard.errors if "ERR_" not in one and "Failed to fetch" not in one]
