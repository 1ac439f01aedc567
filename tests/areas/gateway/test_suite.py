"""The suite of the gateway: both ways are asked in turn, and what is added is told pair by pair."""

import pytest

from hydra_lab.areas.gateway.suites.adding import Both, Took, series_of
from tests.areas.containers.waiting import until
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving_models import Weights
from tests.server import Server

BASE = "/self-improvement/benchmarks"


def test_what_is_added_is_the_difference_of_pairs() -> None:
    both = Both(
        direct=[Took(first_s=0.1, whole_s=0.2, tokens=10), Took(first_s=0.2, whole_s=0.4, tokens=10)],
        through=[Took(first_s=0.102, whole_s=0.203, tokens=10, queued_s=0.001),
                 Took(first_s=0.199, whole_s=0.4, tokens=10)],
        spans=[(0.2, 0.25), (0.4, 0.5)],
    )  # fmt: skip
    found = {one.name: one for one in series_of(both, 1)}
    assert found["added to first token"].samples == pytest.approx((2.0, -1.0))
    assert found["added to whole answer"].watched
    assert found["wait in the gateway"].samples == (1.0, 0.0)
    assert found["all answers, gateway"].samples == (40.0, 20.0)


def test_the_gateway_is_measured_beside_a_server(server_with_model: Server) -> None:
    hydra = server_with_model
    wanted = {"suite": "gateway", "parameters": {"pairs": 5, "rounds": 2, "callers": 3, "output_tokens": 4}}
    answer = hydra.client.post(f"{BASE}/run", json=wanted)
    assert answer.status_code == 202, answer.text
    item = until(lambda: (one := hydra.client.get(answer.headers["location"]).json())["state"] in ("done", "failed")
                 and one, seconds=120)  # fmt: skip
    assert item["state"] == "done", item
    [run] = hydra.client.get(f"{BASE}/latest").json()["runs"]
    figures = {(one["name"], one["case"]): one for one in run["figures"]}
    assert figures["added to first token", "alone"]["count"] == 5
    assert figures["all answers, gateway", "3 at once"]["count"] == 2
    assert figures["first token, server itself", "alone"]["typical"] > 0
    assert figures["added to first token", "alone"]["typical"] < 500
    assert run["target"].endswith("/small")


@pytest.fixture
def server_with_model(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A Hydra with a model's server."""
    with PlainPeer(Weights(name="small")) as peer:
        one = Server(tmp_path_factory.mktemp("suite") / "data", HYDRA_OPENAI_COMPATIBLE__URL=peer.url).start()
        yield one
        print(one.tail())
        one.close()
