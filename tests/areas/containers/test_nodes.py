"""Containers of several hosts: seen, steered and healed on each, and one host that is lost takes no other along."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.areas.containers.waiting import actions, attempt, events, until
from tests.areas.running import ended
from tests.peers import docker as docker_peer
from tests.peers import sshd
from tests.peers.docker import Docker, reached_through
from tests.peers.sshd import Sshd
from tests.server import Server

QUICK_S = 5.0  # far below what a host that hangs is waited for


@pytest.fixture(scope="module")
def other() -> Iterator[Docker]:
    """The Engine of another machine."""
    with docker_peer.running() as engine:
        yield engine


@pytest.fixture(scope="module")
def machine(other: Docker) -> Iterator[Sshd]:
    """That machine."""
    with sshd.running() as one, reached_through(other, one):
        yield one


@pytest.fixture(scope="module")
def lab(docker: Docker, other: Docker, machine: Sshd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that follows an Engine here, and the other over SSH, as the node gpu2."""
    node = json.dumps({**machine.node, "docker": "ssh"})
    data = tmp_path_factory.mktemp("several") / "data"
    server = Server(data, HYDRA_DOCKER__ADDRESS=docker.address, HYDRA_NODES__GPU2=node).start()
    try:
        until(lambda: source(server, "Docker on gpu2")["state"] == "there")
        yield server
        print(server.tail())
    finally:
        server.close()
        docker.clear()


def source(server: Server, name: str) -> dict[str, Any]:
    """How a source of events is said to be."""
    told = server.client.get("/events/sources").raise_for_status().json()["sources"]
    return next((one for one in told if one["name"] == name), {"state": "absent"})


def names(server: Server, **wanted: str) -> list[str]:
    """The containers there are."""
    told = server.client.get("/containers", params=wanted).raise_for_status().json()
    return [one["name"] for one in told["containers"]]


def test_containers_of_each_host_are_seen_and_steered(lab: Server, docker: Docker, other: Docker) -> None:
    stays = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
    docker.run("web", stays)
    other.run("web", f"echo over there; {stays}")
    until(lambda: actions(lab, "web@gpu2") == ["create", "start"] and actions(lab, "web") == ["create", "start"])
    assert {"web", "web@gpu2"} <= {*names(lab)}
    assert names(lab, node="gpu2") == ["web@gpu2"]
    here, before = docker.state("web")["StartedAt"], other.state("web")["StartedAt"]
    done = lab.client.post("/containers/web@gpu2/restart", json={}, params={"wait": 60}).raise_for_status().json()
    assert done["container"]["node"] == "gpu2"
    assert (docker.state("web")["StartedAt"], other.state("web")["StartedAt"] == before) == (here, False)
    lines = lab.client.get("/containers/web@gpu2/logs").raise_for_status().json()["lines"]
    assert "over there" in {one["text"] for one in lines}
    page = lab.client.get("/ui/containers/web@gpu2").raise_for_status().text
    assert "over there" in page
    assert "/ui/nodes/gpu2" in page


def test_a_container_is_healed_on_its_own_host(lab: Server, docker: Docker, other: Docker) -> None:
    docker.run("api", "sleep 300")
    labels = ("--label", "hydra.heal=recreate", "--label", "hydra.heal.prove=1s")
    old = other.run("api", "test -e /once && exit 3; touch /once; sleep 300", *labels)
    until(lambda: "start" in actions(lab, "api@gpu2"))
    os.kill(int(str(other.state("api")["Pid"])), signal.SIGKILL)
    healed = attempt(lab, "api@gpu2")
    assert (healed["outcome"], healed["rungs"]) == ("recovered", ["recreate"])
    (now,) = other("ps", "--all", "--quiet", "--no-trunc", "--filter", "name=api").split()
    assert now != old, "there is one, and it is a new one"
    assert docker("inspect", "--format", "{{.State.Status}}", "api") == "running"


def test_images_are_told_and_cleaned_up_on_the_node_that_is_meant(lab: Server, docker: Docker, other: Docker) -> None:
    for engine in (docker, other):
        engine.image("old:1")
    told = lab.client.get("/images/usage", params={"node": "gpu2"}).raise_for_status().json()
    assert "old:1" in {name for one in told["images"] for name in one["names"]}
    assert "web" in {one["name"] for one in told["containers"]}
    wanted = {"dry_run": False, "older_than_days": 0, "build_cache": False, "node": "gpu2"}
    item = lab.client.post("/images/cleanup", json=wanted).raise_for_status().json()["id"]
    held = ended(lab, item)
    assert [hold["kind"] for hold in held["holds"]] == ["approval"], held
    lab.client.post(f"/queue/{item}/approve", json={}).raise_for_status()
    done = ended(lab, item, or_held=False)
    assert done["state"] == "done", done
    assert "old:1" in [one["name"] for one in done["result"]["removed"]]
    tags = [engine("images", "--format", "{{.Repository}}:{{.Tag}}").split() for engine in (docker, other)]
    assert ["old:1" in each for each in tags] == [True, False]
    assert lab.client.get("/images/usage", params={"node": "gpu9"}).status_code == 404
    assert 'aria-current="true">gpu2' in lab.client.get("/ui/images", params={"node": "gpu2"}).raise_for_status().text


def test_a_host_that_hangs_is_named_soon_and_its_containers_are_told_as_they_were_seen(
    lab: Server, docker: Docker, other: Docker
) -> None:
    until(lambda: "web@gpu2" in names(lab, node="gpu2"))
    os.kill(other.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        told = lab.client.get("/containers").raise_for_status().json()
        took_s = time.monotonic() - begun
        begun = time.monotonic()
        one = lab.client.get("/containers/web@gpu2")
        took_s = max(took_s, time.monotonic() - begun)
    finally:
        os.kill(other.pid, signal.SIGCONT)
    assert took_s < QUICK_S
    assert (one.status_code, one.json()["detail"]) == (502, "Docker on gpu2 did not answer within 2 s.")
    assert [(each["node"], each["heard_at"] is not None) for each in told["silent"]] == [("gpu2", True)]
    assert {"web", "web@gpu2"} <= {one["name"] for one in told["containers"]}


def test_a_host_that_is_lost_takes_no_other_along(lab: Server, docker: Docker, other: Docker) -> None:
    os.kill(other.pid, signal.SIGKILL)
    until(lambda: events(lab, "gpu2", name="containers.lost"))
    told = lab.client.get("/containers").raise_for_status().json()
    assert [one["node"] for one in told["lost"]] == ["gpu2"]
    assert {one["node"] for one in told["containers"]} == {""}
    page = lab.client.get("/ui/containers").raise_for_status().text
    assert "Docker on gpu2 does not answer" in page
    assert "unknown, was running" in page
    assert (source(lab, "Docker")["state"], source(lab, "Docker on gpu2")["state"]) == ("there", "lost")
    item = held_for_its_node(lab)
    docker.run("meanwhile", "true")
    until(lambda: "die" in actions(lab, "meanwhile"))
    other.restart()
    Path(other.address.removeprefix("unix://")).chmod(0o666)
    until(lambda: events(lab, "gpu2", name="containers.back"))
    assert ended(lab, item, or_held=False)["state"] == "done", "it was woken, and started what the crash had ended"
    assert other.state("web")["Status"] == "running"
    other.run("after", "true")
    until(lambda: "die" in actions(lab, "after@gpu2"))
    assert actions(lab, "after@gpu2") == ["create", "start", "die"]
    assert [len(events(lab, "gpu2", name=f"containers.{one}")) for one in ("lost", "back")] == [1, 1]
    assert len(events(lab, None, name="containers.lost")) == 1, "the other host was never lost"


def held_for_its_node(lab: Server) -> str:
    """Work for the lost node: it waits for just that."""
    queued = {"operation": "containers.restart", "input": {"id": "web@gpu2"}}
    item: str = lab.client.post("/queue", json=queued).raise_for_status().json()["id"]
    held = ended(lab, item)
    assert held["state"] == "held", held
    assert [hold["kind"] for hold in held["holds"]] == ["requirement"]
    assert "Docker on gpu2" in held["holds"][0]["detail"]
    return item
