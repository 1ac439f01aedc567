"""Waiting for what Hydra hears of containers."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.peers.docker import IMAGE, Docker
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


def attempt(server: Server, name: str) -> dict[str, Any]:
    """The last attempt to heal a container, once it is over."""

    def over() -> dict[str, Any] | None:
        told = server.client.get("/containers/remediations", params={"container": name}).raise_for_status().json()
        found = [one for one in told["remediations"] if one["outcome"] not in ("running", "waits")]
        return found[0] if found else None

    return until(over, seconds=120)


def image(docker: Docker, name: str, command: str, *environment: str) -> str:
    """Make an image that runs a shell command; its id."""
    docker("rm", "--force", "maker", check=False)
    docker("create", "--name", "maker", "--network", "none", IMAGE)
    changes = [f'CMD ["sh", "-c", "{command}"]', *(f"ENV {one}" for one in environment)]
    id = docker("commit", *(part for one in changes for part in ("--change", one)), "maker", name)
    docker("rm", "maker")
    return id
