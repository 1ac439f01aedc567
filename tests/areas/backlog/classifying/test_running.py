"""A real Hydra reads a backlog with a model: by itself after an import, once each, whatever crashes in between."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.backlog.classifying.answers import READER, Table, sure
from tests.areas.backlog.documents import document
from tests.areas.containers.waiting import until
from tests.server import Server

COUNT = 8
EACH = 6  # questions: three times which operation, three times with what input
TITLES = [f"Explain Lamp {number} to Guests" for number in range(1, COUNT + 1)]
TEXT = document("\n\n".join(f"### 1.{place} {title}" for place, title in enumerate(TITLES, 1)))


@pytest.fixture
def table() -> Table:
    """A model that is sure of every item, and slow enough to be caught in the middle."""
    return Table({title: sure("docs.troubleshooting") for title in TITLES})


@pytest.fixture
def hydra(tmp_path: Any, table: Table) -> Iterator[Server]:
    """A Hydra with that model's server, and no model set."""
    with table.peer() as peer:
        peer.first_token_s = 0.05
        one = Server(tmp_path / "data", HYDRA_OPENAI_COMPATIBLE__URL=peer.url).start()
        yield one
        print(one.tail())
        one.close()


def items(server: Server) -> list[dict[str, Any]]:
    """The backlog's items."""
    found: list[dict[str, Any]] = server.client.get("/queue", params={"limit": 200}).json()["items"]
    return [one for one in found if one["title"] in TITLES]


def work(server: Server) -> list[dict[str, Any]]:
    """The work that asks the model."""
    found: list[dict[str, Any]] = server.client.get("/queue", params={"operation": "backlog.classify"}).json()["items"]
    return found


def test_a_model_that_is_set_later_reads_everything_once_though_hydra_is_killed(hydra: Server, table: Table) -> None:
    hydra.client.post("/backlog/import", json={"text": TEXT, "name": "lab"}).raise_for_status()
    hydra.client.post("/backlog/classify", json={}).raise_for_status()
    held = until(lambda: [one for one in work(hydra) if one["holds"]])[0]
    assert (held["holds"][0]["kind"], held["holds"][0]["ref"]) == ("requirement", "backlog_model")
    assert "classify.model" in held["holds"][0]["unblock"]
    assert table.questions == []
    hydra.client.put("/settings/classify.model", json={"value": READER}).raise_for_status()
    until(lambda: len(table.questions) > 6)
    hydra.kill()
    hydra.start()
    until(lambda: all(one["operation"] for one in items(hydra)), seconds=120)
    until(lambda: all(one["state"] == "done" for one in work(hydra)), seconds=60)
    told = hydra.client.get("/activity", params={"topic": "backlog", "limit": 100})
    events = [one for one in told.json()["events"] if one["name"] == "backlog.classified"]
    assert sorted(one["subject"] for one in events) == sorted(TITLES), "each is told of once"
    asked = [table.asked_about(title) for title in TITLES]
    assert min(asked) == EACH
    assert sum(asked) < EACH * (COUNT + 1), "only what was being asked is asked again"
