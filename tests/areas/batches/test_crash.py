"""A batch survives kill -9: what was answered is not asked again."""

from collections.abc import Iterator

import pytest

from tests.areas.batches.lab import asked, hydra_with_models, jsonl, line, model_server, read_lines, until
from tests.areas.running import artifact, ended
from tests.integrations.faults import Fault
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.server import Server

AT_ONCE = 4
MANY = 120


@pytest.fixture(scope="module")
def peer() -> Iterator[PlainPeer]:
    """A model server, not so quick."""
    with model_server() as one:
        one.first_token_s = 0.03
        yield one


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory, peer: PlainPeer) -> Iterator[Server]:
    """A Hydra that has it."""
    with hydra_with_models(tmp_path_factory.mktemp("batches"), peer) as one:
        yield one


def queued(hydra: Server, prefix: str, count: int) -> str:
    """The id of a batch."""
    text = jsonl(*(line(f"r{number}", f"{prefix} {number}") for number in range(count)))
    work = {"operation": "inference.batch", "input": {"text": text, "at_once": AT_ONCE}}
    id: str = hydra.client.post("/queue", json=work).raise_for_status().json()["id"]
    return id


def test_a_killed_batch_goes_on_and_asks_no_answered_request_again(hydra: Server, peer: PlainPeer) -> None:
    id = queued(hydra, "question", MANY)
    kills = (MANY // 4, MANY // 2)
    for wanted in kills:
        until(lambda wanted=wanted: len(asked(peer)) >= wanted)
        hydra.kill()
        hydra.start()
    item = ended(hydra, id, or_held=False)
    assert item["state"] == "done", item
    results = read_lines(artifact(hydra, item, "results.jsonl"))
    times = asked(peer)
    assert [one["custom_id"] for one in results] == [f"r{number}" for number in range(MANY)]
    twice = {text: count for text, count in times.items() if count > 1}
    assert sum(times.values()) - MANY <= len(kills) * AT_ONCE, twice


def test_a_batch_whose_server_is_gone_waits_for_it(hydra: Server, peer: PlainPeer) -> None:
    id = queued(hydra, "waiting", 400)
    until(lambda: asked(peer)["waiting 5"])
    peer.fault = Fault.CUT
    item = ended(hydra, id)
    assert (item["state"], [one["kind"] for one in item["holds"]]) == ("held", ["requirement"])
