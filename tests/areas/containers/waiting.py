"""Waiting for what Hydra hears of containers."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.peers.docker import Docker
from tests.server import Server

T = TypeVar("T")
PATIENCE_S = 60.0


def until(ask: Callable[[], T], *, seconds: float = PATIENCE_S) -> T:
    """The first answer that says something; fails when none does in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"nothing within {seconds:.0f} s")


def events(server: Server, subject: str | None = None, /, **wanted: Any) -> list[dict[str, Any]]:
    """Journal entries about containers, oldest first, as far as they fit."""
    found = server.client.get("/activity", params={"topic": "containers", "limit": 200}).raise_for_status().json()
    fit = [one for one in found["events"] if subject in (None, one["subject"])]
    return [one for one in reversed(fit) if all(one.get(key) == value for key, value in wanted.items())]


def actions(server: Server, name: str) -> list[str]:
    """What happened to a container, in order."""
    return [one["name"].removeprefix("containers.") for one in events(server, name)]


def followed(server: Server, docker: Docker) -> None:
    """Return when Hydra hears what happens, and acts on it."""

    def heard() -> bool:
        docker.run("first", "exit 1", "--label", "hydra.heal=shadow")
        time.sleep(2)
        return bool(server.client.get("/containers/remediations").json()["remediations"])

    until(heard)
    docker("rm", "--force", "first")
