"""Models in the desired state: a server has in memory what is wanted there, by the verbs that load and unload."""

from collections.abc import Iterator

import pytest

from hydra_lab.areas.reconcile.desired.model import Desired
from hydra_lab.areas.reconcile.models import ServerSeen, model_actions
from tests.areas.containers.waiting import until
from tests.areas.running import ended
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.serving_models import Weights
from tests.server import Server

MANY = ServerSeen(loads=True, holds_many=True, models=frozenset("abc"), loaded={"a": 4096, "b": None})
ONE = ServerSeen(loads=True, holds_many=False, models=frozenset("ab"), loaded={"a": None})
FIXED = ServerSeen(loads=False, holds_many=False, models=frozenset("ab"), loaded={"a": None})


@pytest.mark.parametrize(
    ("wanted", "seen", "found"),
    [
        ({"loaded": ["a", "b"]}, MANY, []),
        ({"loaded": ["c"]}, MANY, [("c on s", "load")]),
        ({"loaded": ["c"], "only": True}, MANY, [("a on s", "unload"), ("b on s", "unload"), ("c on s", "load")]),
        ({"loaded": [], "only": True}, ONE, [("a on s", "unload")]),
        ({"loaded": ["a"], "context": 8192}, MANY, [("a on s", "load")]),
        ({"loaded": ["b"], "only": True}, ONE, [("b on s", "switch")]),
        ({"loaded": ["z"]}, MANY, [("z on s", "nothing")]),
        ({"loaded": ["b"]}, FIXED, [("b on s", "nothing")]),
        ({"loaded": ["a", "b"]}, ONE, [("b on s", "nothing")]),
    ],
)
def test_what_models_take(wanted: dict[str, object], seen: ServerSeen, found: list[tuple[str, str]]) -> None:
    desired = Desired.model_validate({"models": {"s": wanted}})
    assert [(one.name, one.what) for one in model_actions(desired.models, {"s": seen})] == found


@pytest.fixture(scope="module")
def ollama() -> Iterator[OllamaPeer]:
    """A server with two models, none of them in memory."""
    with OllamaPeer(Weights(name="a:1b", gib=2), Weights(name="b:1b", gib=3), gpu=Gpu(24)) as one:
        yield one


@pytest.fixture(scope="module")
def lab(ollama: OllamaPeer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that uses it."""
    server = Server(tmp_path_factory.mktemp("wanted-models") / "data", HYDRA_OLLAMA__URL=ollama.url).start()
    yield server
    print(server.tail())
    server.close()


def test_what_is_wanted_is_loaded_what_is_not_leaves_and_then_the_plan_is_empty(
    lab: Server, ollama: OllamaPeer
) -> None:  # fmt: skip
    until(lambda: [one for one in lab.client.get("/models/status").json()["servers"] if one["state"] == "there"])
    for loaded, does in ((["a:1b"], ["load"]), (["b:1b"], ["unload", "load"])):
        wanted = {"models": {"ollama": {"loaded": loaded, "only": True}}}
        lab.client.put("/reconcile/desired", json=wanted).raise_for_status()
        plan = lab.client.get("/reconcile/plan").raise_for_status().json()
        assert ([one["what"] for one in plan["actions"]], plan["unknown"]) == (does, [])
        item = ended(lab, lab.client.post("/reconcile/apply", json={}).raise_for_status().json()["id"])
        assert item["state"] == "done", item
        assert [*ollama.loaded] == loaded
        assert lab.client.get("/reconcile/plan").json()["in_sync"]


def test_of_a_server_that_there_is_not_nothing_is_claimed(lab: Server) -> None:
    lab.client.put("/reconcile/desired", json={"models": {"none": {"loaded": ["a"]}}}).raise_for_status()
    plan = lab.client.get("/reconcile/plan").raise_for_status().json()
    assert ([one["why"] for one in plan["unknown"]], plan["in_sync"]) == (["There is no model server none."], False)
