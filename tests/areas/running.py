"""Work run to its end through a real server, for the tests of what areas do."""

import time
from typing import Any

from tests.server import Server

OVER = ("done", "failed", "cancelled")
PATIENCE_S = 120.0


def run(server: Server, operation: str, /, **input: Any) -> dict[str, Any]:
    """Queue an operation and return its item once it is over, or held."""
    answer = server.client.post("/queue", json={"operation": operation, "input": input})
    assert answer.status_code == 201, answer.text
    return ended(server, answer.json()["id"])


def ended(server: Server, id: str, *, or_held: bool = True) -> dict[str, Any]:
    """An item once it is over, or held."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        item: dict[str, Any] = server.client.get(f"/queue/{id}").raise_for_status().json()
        if item["state"] in OVER or (or_held and item["state"] == "held"):
            return item
        time.sleep(0.05)
    raise AssertionError(f"still {item['state']} after {PATIENCE_S:.0f} s: {item}")


def done(server: Server, operation: str, /, **input: Any) -> dict[str, Any]:
    """Like ``run``, for what must succeed."""
    item = run(server, operation, **input)
    assert item["state"] == "done", item
    return item


def artifact(server: Server, item: dict[str, Any], name: str) -> bytes:
    """The content of a file that work produced."""
    (url,) = (one["url"] for one in item["artifacts"] if one["name"] == name)
    return server.client.get(url).raise_for_status().content
