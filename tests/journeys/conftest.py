"""A Hydra at work for the journeys: the example backlog imported, and what can run alone done."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server import Server

BACKLOG = """# Home lab

## TIER 1: SAFE (No User Input Required)

### 1.1 Back Up Hydra
**Priority:** CRITICAL | **Effort:** 5 min | **Impact:** Nothing is lost
**Run:** maintenance.run {"action": "backup"}

### 1.2 Check Every Disk
**Priority:** HIGH
**Run:** maintenance.run {"action": "disk_check"}

## TIER 2: CONNECT

### 2.1 Say Hello
**Priority:** BLOCKED (needs webhook URL)
**Run:** notify.send {"title": "Hello"}

### 2.2 Sort the Photos
**Priority:** LOW
**Task:** By faces

### 2.3 Clear Old Work
**Run:** maintenance.prune_now {"older_than_days": 365}
"""


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Hydra that has worked through what it may do alone."""
    server = Server(tmp_path_factory.mktemp("journey") / "data", HYDRA_TIME_ZONE="Europe/Berlin").start()
    try:
        server.client.post("/backlog/import", json={"text": BACKLOG, "name": "lab"}).raise_for_status()
        server.client.post("/triggers/starters/backup-again/adopt").raise_for_status()
        settle(server)
        yield server
        print(server.tail())
    finally:
        server.close()


def settle(server: Server, seconds: float = 60) -> None:
    """Return when nothing is ready or runs any more."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        states = server.client.get("/queue/stats").json()["states"]
        if not states["queued"] and not states["running"]:
            return
        time.sleep(0.2)
    raise AssertionError(f"work is still going on: {states}\n{server.tail()}")


def item(server: Server, title: str) -> dict[str, Any]:
    """An item by its title."""
    items = server.client.get("/queue", params={"q": title}).json()["items"]
    found: dict[str, Any] = next(one for one in items if one["title"] == title)
    return found
