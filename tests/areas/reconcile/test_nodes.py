"""The desired state of several machines: each container on its own, and one that is lost holds only its own part."""

import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.containers.waiting import until
from tests.areas.running import ended
from tests.peers import docker as docker_peer
from tests.peers.docker import IMAGE, Docker
from tests.server import Server

LOOP = "trap 'exit 0' TERM; while :; do sleep 0.1; done"


@pytest.fixture(scope="module")
def other() -> Iterator[Docker]:
    """The Engine of another machine."""
    with docker_peer.running() as engine:
        yield engine


@pytest.fixture(scope="module")
def lab(docker: Docker, other: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra with an Engine of its own, and the other as the node gpu2."""
    docker.clear()
    node = json.dumps({"address": "local", "docker": other.address})
    data = tmp_path_factory.mktemp("reconcile-nodes") / "data"
    server = Server(data, HYDRA_DOCKER__ADDRESS=docker.address, HYDRA_NODES__GPU2=node).start()
    try:
        yield server
        print(server.tail())
    finally:
        server.close()
        docker.clear()


def plan(lab: Server) -> dict[str, Any]:
    """What is not as it is wanted."""
    told: dict[str, Any] = lab.client.get("/reconcile/plan").raise_for_status().json()
    return told


def held_by(lab: Server, id: str) -> list[str]:
    """What holds the work."""
    return [one["detail"] for one in lab.client.get(f"/queue/{id}").json()["holds"]]


def test_a_lost_node_holds_its_part_and_what_a_cancelled_replacement_left_there_is_put_back(
    lab: Server, docker: Docker, other: Docker
) -> None:
    docker.run("web", LOOP)
    old = other.run("web", LOOP)
    taken = lab.client.post("/reconcile/import", json={}).raise_for_status().json()
    assert (taken["lost"], plan(lab)["in_sync"]) == ([], True)
    labels = {"image": IMAGE, "labels": {"team": "lab"}}
    wanted = {"containers": [{"name": "web", **labels}, {"name": "web", "node": "gpu2", **labels}]}
    lab.client.put("/reconcile/desired", json=wanted).raise_for_status()
    assert {(one["name"], one["what"]) for one in plan(lab)["actions"]} == {
        ("web", "recreate"), ("web@gpu2", "recreate"),
    }  # fmt: skip
    os.kill(other.pid, signal.SIGKILL)
    until(lambda: [one["what"] for one in plan(lab)["unknown"]] == ["containers on gpu2"])
    id = lab.client.post("/reconcile/apply", json={}).raise_for_status().json()["id"]
    assert [one["kind"] for one in ended(lab, id)["holds"]] == ["approval"]
    lab.client.post(f"/queue/{id}/approve", json={}).raise_for_status()
    until(lambda: any("waits for Docker on gpu2" in one for one in held_by(lab, id)))
    assert docker("inspect", "--format", "{{.Config.Labels.team}}", "web") == "lab"
    assert lab.client.get("/reconcile/history").json()["runs"][0]["outcome"] == "in part"
    other.restart()
    other("start", "web")
    until(lambda: any("asks a person" in one for one in held_by(lab, id)))
    lab.client.post(f"/queue/{id}/approve", json={}).raise_for_status()
    until(lambda: "web.hydra-before" in other("ps", "--all", "--format", "{{.Names}}").split())
    os.kill(other.pid, signal.SIGKILL)
    until(lambda: any("waits for Docker on gpu2" in one for one in held_by(lab, id)))
    lab.client.post(f"/queue/{id}/cancel").raise_for_status()
    other.restart()
    until(lambda: other("inspect", "--format", "{{.Id}} {{.State.Running}}", "web", check=False) == f"{old} true")
    assert other("ps", "--all", "--format", "{{.Names}}").split() == ["web"]
