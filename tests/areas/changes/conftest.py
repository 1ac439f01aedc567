"""A Hydra on a machine with stand-ins of NixOS's own tools, and what tests of changes ask it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.areas.running import ended
from tests.server import Server

TOOLS = Path(__file__).parent / "tools"


class Changing:
    """A Hydra that is asked to change something."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def asked(self, path: str, **input: Any) -> dict[str, Any]:
        """The question that a change leads to, with what it shows."""
        answer = self.server.client.post(path, json=input)
        assert answer.status_code == 202, answer.text
        return self.question(answer.json()["id"])

    def question(self, id: str) -> dict[str, Any]:
        """What work asks, once it waits for the answer."""
        item = ended(self.server, id)
        assert item["state"] == "held", item
        found = self.server.client.get("/inbox").raise_for_status().json()["approvals"]
        (question,) = [one for one in found if one["item"]["id"] == id]
        told: dict[str, Any] = question
        return told

    def approved(self, question: dict[str, Any]) -> dict[str, Any]:
        """The work after a person's yes, once it is over or asks again."""
        id = question["item"]["id"]
        self.server.client.post(f"/queue/{id}/approve", json={}).raise_for_status()
        return ended(self.server, id)


def lines(question: dict[str, Any], title: str) -> dict[str, str]:
    """A list of what is shown."""
    return dict(next(one["lines"] for one in question["preview"]["parts"] if one["title"] == title))


def text(question: dict[str, Any], title: str) -> str:
    """A text of what is shown."""
    found: str = next(one["text"] for one in question["preview"]["parts"] if one["title"] == title)
    return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stand-ins keep how the machine is."""
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="module")
def hydra(
    request: pytest.FixtureRequest, machine: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Changing]:
    """The running Hydra; where a module is about compose, its tool reaches the tests' own Engine."""
    variables = {"PATH": f"{TOOLS}:{os.environ['PATH']}", "MACHINE": str(machine)}
    if request.module.__name__.endswith("compose"):
        variables["DOCKER_HOST"] = request.getfixturevalue("docker").address
    server = Server(tmp_path_factory.mktemp("changes") / "data", **variables).start()
    try:
        yield Changing(server)
        print(server.tail())
    finally:
        server.close()
