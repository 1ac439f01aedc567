"""Benchmarks through a real server: the queue is measured in a Hydra of its own, and the figures are kept."""

from typing import Any

import pytest

from tests.areas.containers.waiting import until
from tests.server import Server

SMALL = {"suite": "queue", "parameters": {"samples": 3, "bursts": 2, "batch": 4}}
BASE = "/self-improvement/benchmarks"


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A running Hydra."""
    one = Server(tmp_path_factory.mktemp("benchmarks") / "data").start()
    yield one
    print(one.tail())
    one.close()


def ended(server: Server, answer: Any) -> dict[str, Any]:
    """The item of an answer, once it is over."""
    assert answer.status_code == 202, answer.text

    def over() -> dict[str, Any] | None:
        item: dict[str, Any] = server.client.get(answer.headers["location"]).json()
        return item if item["state"] in ("done", "failed") else None

    return until(over, seconds=240)


def test_the_queue_is_measured_without_leaving_a_trace_in_this_one(hydra: Server) -> None:
    item = ended(hydra, hydra.client.post(f"{BASE}/run", json=SMALL))
    assert item["state"] == "done", item
    assert item["lane"] == "benchmarks", "one at a time"
    [run] = hydra.client.get(f"{BASE}/latest").json()["runs"]
    assert run["id"] in item["result"]["runs"]
    waits, rates = run["figures"]
    assert (waits["name"], waits["unit"], waits["count"]) == ("POST /queue to running", "ms", 3)
    assert 0 < waits["least"] <= waits["typical"] <= waits["most"]
    assert (rates["unit"], rates["count"]) == ("items/s", 2)
    assert rates["least"] > 0
    assert {"hydra", "host", "database"} <= set(run["stamp"])
    assert 0 <= run["load"]["before"] <= 100
    assert item["result"]["summary"].startswith("queue on hydra: POST /queue to running")
    titles = [one["title"] for one in hydra.client.get("/queue").json()["items"]]
    assert len(titles) == 1, "what was measured is no work of this Hydra"


def test_wrong_parameters_are_told_and_nothing_is_kept(hydra: Server) -> None:
    before = len(hydra.client.get(f"{BASE}/history").json()["runs"])
    item = ended(hydra, hydra.client.post(f"{BASE}/run", json={"suite": "queue", "parameters": {"batch": 1}}))
    assert (item["state"], "batch: " in item["error"]["detail"]) == ("failed", True)
    item = ended(hydra, hydra.client.post(f"{BASE}/run", json={"suite": "nothing"}))
    assert "One of" in item["error"]["fix"]
    assert len(hydra.client.get(f"{BASE}/history").json()["runs"]) == before


def test_figures_are_told_on_the_command_line_and_taken_elsewhere(hydra: Server) -> None:
    assert "queue" in hydra.hydra("benchmarks", "suites").stdout
    lines = hydra.client.get(f"{BASE}/export", params={"format": "csv"}).text.splitlines()
    assert lines[0].startswith("run,started_at,suite,target")
    assert len(lines) == 1 + 3 + 2
    assert hydra.client.get(f"{BASE}/export").json()[0]["suite"] == "queue"
    assert hydra.client.get(f"{BASE}/nothing").status_code == 404
