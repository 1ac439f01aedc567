"""`hydra up --demo`: a lab to look around in, marked as one everywhere, and gone at the end."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server import HYDRA, START_S, TOKEN, environment


@dataclass
class Demo:
    """A running demo, its temporary folder's parent, and a client signed in to it."""

    process: subprocess.Popen[bytes]
    temporary: Path
    home: Path
    log: Path
    client: httpx.Client

    def folders(self) -> list[Path]:
        """What it keeps on this machine."""
        return list(self.temporary.glob("hydra-demo-*"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo started where a real lab's settings are in the environment."""
    place = tmp_path_factory.mktemp("demo")
    (temporary := place / "tmp").mkdir()
    real = {
        "HYDRA_DATA_DIR": str(place / "real"), "HYDRA_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/real",
        "HYDRA_DISCORD__WEBHOOK": "https://discord.com/api/webhooks/1/" + "x" * 60, "TMPDIR": str(temporary),
        "XDG_CACHE_HOME": str(place / "cache"),
    }  # fmt: skip
    log = place / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [str(HYDRA), "up", "--demo"], env=environment(**real), cwd=place, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        address = announced(process, log)
        with closing(
            httpx.Client(base_url=address, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=30)
        ) as client:
            yield Demo(process=process, temporary=temporary, home=place, log=log, client=client)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def announced(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where it says that it is, once it has said everything."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        text = log.read_text(errors="replace")
        if "Try next" in text and (found := re.search(r"Sign in:\s+(http://[^/\s]+)/", text)):
            return found[1]
        assert process.poll() is None, text
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace"))


def test_a_demo_says_everywhere_that_it_is_one(demo: Demo) -> None:
    assert demo.client.get("/healthz").json()["demo"] is True
    assert demo.client.get("/state").json()["demo"] is True
    asks = {"Accept": "text/html"}
    with closing(httpx.Client(base_url=demo.client.base_url, headers=asks, trust_env=False)) as person:
        pages = [person.get("/ui/sign-in")]
        assert person.post("/ui/sign-in", data={"token": TOKEN}).status_code == 303
        pages += [person.get(f"/ui{path}") for path in ("/", "/queue", "/inbox", "/settings", "/no-such-page")]
    for page in pages:
        assert "· Hydra demo</title>" in page.text, page.url
        assert '<p class="demo">' in page.text, page.url


def test_each_page_has_something_to_show(demo: Demo) -> None:
    def listed(path: str, name: str, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = demo.client.get(path, params=query).raise_for_status().json()[name]
        return found

    assert "goes on without" not in demo.log.read_text()
    assert len(listed("/queue", "items", limit=100)) > 15
    assert {"morning-checks", "state"} <= {one["schedule"]["id"] for one in listed("/schedules", "schedules")}
    assert {"dashboard", "assistant"} <= {one["name"] for one in listed("/keys", "keys")}
    assert [one["id"] for one in listed("/triggers", "triggers")] == ["bundle-after-failure"]
    assert demo.client.get("/inbox").json()["approvals"]
    assert demo.client.get("/control").json()["pauses"]
    deadline = time.monotonic() + START_S
    while not listed("/queue", "items", state="done", operation="maintenance.run"):
        assert time.monotonic() < deadline, "no work finished"
        time.sleep(0.2)


def test_the_example_work_succeeds_wherever_the_demo_is_started(demo: Demo) -> None:
    def states() -> dict[str, str]:
        items = demo.client.get("/queue", params={"q": "broken links", "limit": 100}).raise_for_status().json()["items"]
        return {one["title"]: one["state"] for one in items if one["section"]}

    deadline = time.monotonic() + START_S
    while set(states().values()) & {"queued", "running"}:
        assert time.monotonic() < deadline, states()
        time.sleep(0.2)
    assert states() == {"Find Broken Links in the Lab's Notes": "done"}


def test_nothing_of_a_real_lab_is_touched(demo: Demo) -> None:
    assert [one["configured"] for one in demo.client.get("/integrations").json()["integrations"]].count(True) == 0
    assert not (demo.home / "real").exists()
    assert not (demo.home / "cache" / "hydra-lab" / "last-served").exists()


def test_what_makes_a_real_lab_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(HYDRA), "up", "--demo", "--data", str(tmp_path)], env=environment(), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "--data cannot be given with --demo" in done.stderr


def test_it_is_gone_at_the_end(demo: Demo) -> None:
    assert len(demo.folders()) == 1
    demo.process.send_signal(signal.SIGTERM)
    demo.process.wait(30)
    assert demo.folders() == []
