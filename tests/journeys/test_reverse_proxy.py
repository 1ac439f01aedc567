"""Hydra below a path behind Debian's nginx, set up as the guide says: signing in, live pages, an action, tools."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.visiting import DESKTOP, Heard
from tests.peers.starting import absent, installed, peer
from tests.server import HYDRA, TOKEN, Server

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "reverse-proxy.md"
UPSTREAM = "proxy_pass http://127.0.0.1:8700"


@pytest.fixture(scope="module", params=["passed on", "stripped"])
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A Hydra and the address the proxy shows it at; once for each thing a proxy may do with the path."""
    if not installed("/usr/sbin/nginx"):
        absent("nginx", bring="apt install nginx-light")
    folder = tmp_path_factory.mktemp("proxy")
    server = Server(folder / "data", HYDRA_BASE_PATH="/hydra").start()
    told = re.search(r"```nginx\n(.+?)```", GUIDE.read_text(), re.DOTALL)
    assert told
    slash = "/" if request.param == "stripped" else ""
    locations = folder / "locations.conf"
    locations.write_text(told[1].replace(UPSTREAM, f"proxy_pass {server.url}{slash}"))
    try:
        with peer("nginx.sh", LOCATIONS=str(locations)) as nginx:
            yield server, nginx["URL"]
    finally:
        server.close()


def test_a_person_signs_in_watches_and_acts(browser: Any, proxied: tuple[Server, str]) -> None:
    server, host = proxied
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page, heard = context.new_page(), Heard()
    heard.listen(page, f"{host}/hydra/")
    page.goto(f"{host}/hydra/")
    assert page.url == f"{host}/hydra/ui/sign-in?next=%2Fhydra%2Fui%2F"
    page.goto(f"{host}/hydra/ui/queue?state=done")
    page.fill("#token", TOKEN)
    page.press("#token", "Enter")
    page.wait_for_url(f"{host}/hydra/ui/queue?state=done")
    [cookie] = [one for one in context.cookies() if one["name"] == "hydra_session"]
    assert cookie["path"] == "/hydra"

    page.goto(f"{host}/hydra/ui/queue")
    page.evaluate("window.mark = true")
    given = {"operation": "maintenance.run", "input": {"action": "disk_check"}, "title": "Look at the disks"}
    server.client.post("/queue", json=given).raise_for_status()
    page.locator("#items tr:has-text('Look at the disks') [data-s=done]").first.wait_for()
    assert page.evaluate("window.mark") is True

    page.click("#mode button:has-text('Pause')")
    page.locator("#banner:has-text('Hydra is paused')").wait_for()
    assert page.url == f"{host}/hydra/ui/queue"
    page.click("#banner button:has-text('Resume')")
    page.locator("#mode:has-text('Autonomous')").wait_for()
    page.click("text=Sign out")
    page.wait_for_url(f"{host}/hydra/ui/sign-in")
    assert heard.errors == []
    assert heard.outside == []
    context.close()


def test_programs_come_in_the_same_way(proxied: tuple[Server, str]) -> None:
    server, host = proxied
    link = server.hydra("token", "link", "--data", str(server.data)).stdout.strip().split()[-1]
    assert link.startswith(f"{server.url}/hydra/ui/sign-in?token=")
    environment = server.environment | {"HYDRA_URL": f"{host}/hydra", "HYDRA_TOKEN": TOKEN}
    listed = subprocess.run([str(HYDRA), "queue", "list", "--json"], env=environment, capture_output=True, timeout=60)
    assert listed.returncode == 0, listed.stderr
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    signed = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json, text/event-stream"}
    with httpx.Client(base_url=f"{host}/hydra", headers=signed, trust_env=False, timeout=30) as client:
        answer = client.post("/mcp", json=message).raise_for_status()
        greeted = json.loads(answer.text.rpartition("data: ")[2])  # as JSON, or as the one event of a stream
        assert greeted["result"]["serverInfo"]["name"] == "hydra"
        [api] = client.get("/openapi.json").json()["servers"]
        assert client.get(f"{host}{api['url']}/queue").is_success
        with client.stream("GET", "/events/stream", params={"last_event_id": 0}, timeout=10) as stream:
            assert next(line for line in stream.iter_lines() if line.startswith("id:"))
