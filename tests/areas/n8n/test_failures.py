"""Failed runs become work: once each, patiently, and a person is asked where it may be done twice."""

import time
from typing import Any

import pytest

from hydra_lab.areas.n8n.failures import MOST_WAITING, NO_RETRY
from tests.integrations.faults import Fault
from tests.integrations.n8n.standin import KEY, N8n
from tests.server import Server

PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def begun(hydra: Server, n8n: N8n) -> None:
    """Hydra has looked once, and nothing of an earlier test waits; runs go on counting from one to the next."""
    n8n.runs += [{"id": str(place)} | OLD for place in range(int(newest(hydra)))]
    look(hydra, n8n)
    for item in waiting(hydra):
        hydra.client.post(f"/queue/{item['id']}/cancel").raise_for_status()


OLD = {"workflowId": "w1", "status": "success", "mode": "webhook", "retryOf": None, "retrySuccessId": None}


def newest(hydra: Server) -> str:
    """The last run that is known to have failed."""
    events = failures(hydra)
    return max((one["data"]["run"] for one in events), key=int, default="0")


def look(hydra: Server, n8n: N8n) -> None:
    """Have Hydra look at the runs, as it does every half minute, and wait until it has."""
    before = len(n8n.asked)
    hydra.client.put("/integrations/n8n", json={"url": n8n.url, "api_key": KEY}).raise_for_status()
    until(lambda: any(one.path == "/api/v1/executions" and "status" in one.query for one in n8n.asked[before:]))


def until(ask: Any) -> Any:
    """What it answers, once it is something."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := ask()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def failures(hydra: Server) -> list[dict[str, Any]]:
    """What the journal says of failed runs, newest first."""
    found: list[dict[str, Any]] = hydra.client.get("/activity", params={"name": "n8n.run_failed", "limit": 200}).json()[
        "events"
    ]
    return found


def told(hydra: Server, run: str) -> dict[str, Any]:
    """What the journal says of a failed run, once it does."""
    found: dict[str, Any] = until(lambda: next((one for one in failures(hydra) if one["data"]["run"] == run), None))
    return found


def waiting(hydra: Server) -> list[dict[str, Any]]:
    """The repetitions that wait."""
    found: list[dict[str, Any]] = hydra.client.get(
        "/queue", params={"operation": "n8n.rerun", "state": "held", "limit": 100}
    ).json()["items"]
    return found


def test_each_failure_is_queued_once_and_asks_where_it_may_double(hydra: Server, n8n: N8n) -> None:
    asking = n8n.ran("w1")
    posting = n8n.ran("w2")
    look(hydra, n8n)
    assert told(hydra, posting)["subject"] == "Post the news"
    assert told(hydra, asking)["data"]["node"] == "Ask"
    look(hydra, n8n)
    found = {one["input"]["id"]: {hold["kind"] for hold in one["holds"]} for one in waiting(hydra)}
    assert found == {asking: {"not_before"}, posting: {"not_before", "approval"}}


def test_what_a_person_began_or_marked_is_left_alone_and_a_storm_is_cut(hydra: Server, n8n: N8n) -> None:
    runs = [n8n.ran("w1", mode="manual"), n8n.ran("w3", mode="error"), n8n.ran("gone")]
    look(hydra, n8n)
    assert all(told(hydra, one)["data"]["not_repeated"] for one in runs)
    n8n.workflows["w1"]["tags"] = [{"name": NO_RETRY}]
    marked = n8n.ran("w1")
    look(hydra, n8n)
    assert NO_RETRY in told(hydra, marked)["data"]["not_repeated"]
    assert waiting(hydra) == []
    n8n.workflows["w1"]["tags"] = []
    last = [n8n.ran("w1") for _ in range(MOST_WAITING + 5)][-1]
    look(hydra, n8n)
    assert told(hydra, last)["data"]["not_repeated"] == "too many wait already"
    assert len(waiting(hydra)) == MOST_WAITING


def test_while_it_is_lost_nothing_is_skipped(hydra: Server, n8n: N8n) -> None:
    n8n.fault = Fault.BROKEN
    run = n8n.ran("w1")
    look(hydra, n8n)
    assert waiting(hydra) == []
    n8n.fault = None
    look(hydra, n8n)
    assert told(hydra, run)
    assert [one["input"]["id"] for one in waiting(hydra)] == [run]
