"""Alerts are quiet while a container is worked on: exactly its own, and not for longer; with a real Alertmanager."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hydra_lab.areas.containers.muting import conditions, written
from hydra_lab.kernel.capabilities import Container
from tests.areas.containers.waiting import attempt, followed, until
from tests.areas.running import ended
from tests.peers.alerting import alertmanager, fire
from tests.peers.docker import Docker
from tests.server import Server, free_port

SLOW = "trap 'sleep 1; exit 0' TERM; while true; do sleep 0.1; done"


def made(name: str, **labels: str) -> Container:
    """A container."""
    return Container(id=name, name=name, image="i", image_id="i", state="running", labels=labels)


@pytest.mark.parametrize(
    ("containers", "mute_by", "expected"),
    [
        ([made("web")], ["name"], ['name="web"']),
        ([made("web"), made("db.1")], ["name", "container"], [r'name=~"web|db\.1"', r'container=~"web|db\.1"']),
        ([made("web")], ["instance"], ['instance=~"(web)(:[0-9]+)?"']),
        (
            [made("web", **{"hydra.alerts": "instance=web:9100, job=node"})],
            ["name"],
            ['instance="web:9100", job="node"'],
        ),
        ([], ["name"], []),
    ],
)
def test_conditions_fit_exactly_the_containers(
    containers: list[Container], mute_by: list[str], expected: list[str]
) -> None:
    assert [", ".join(map(written, one)) for one in conditions(containers, mute_by)] == expected


@pytest.fixture(scope="module")
def manager() -> Iterator[str]:
    """An Alertmanager with one alert of the container web and others of its neighbours."""
    with alertmanager() as url:
        for labels in ({"container": "web"}, {"name": "web"}, {"container": "web-2"}, {"name": "web.service"}):
            fire(url, {"alertname": f"Down{len(labels)}", **labels}, ends_at=None)
        yield url


@pytest.fixture(scope="module")
def lab(docker: Docker, manager: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that knows both."""
    addresses = {"HYDRA_DOCKER__ADDRESS": docker.address, "HYDRA_ALERTMANAGER__URL": manager}
    server = Server(tmp_path_factory.mktemp("muting") / "data", **addresses).start()
    try:
        followed(server, docker)
        yield server
        print(server.tail())
    finally:
        server.close()
        for id in docker("ps", "--all", "--quiet").split():
            docker("rm", "--force", id)


def silences(url: str, state: str = "active") -> list[dict[str, Any]]:
    """The silences that an Alertmanager has."""
    found = httpx.get(f"{url}/api/v2/silences", trust_env=False).raise_for_status().json()
    return [one for one in found if one["status"]["state"] == state]


def suppressed(url: str) -> set[str]:
    """What is muted now: the labels of the alerts, without their name."""
    found = httpx.get(f"{url}/api/v2/alerts", trust_env=False).raise_for_status().json()
    labels = [one["labels"] for one in found if one["status"]["state"] == "suppressed"]
    return {f"{key}={value}" for one in labels for key, value in one.items() if key != "alertname"}


def test_while_it_restarts_its_alerts_are_muted_and_only_its(lab: Server, docker: Docker, manager: str) -> None:
    docker.run("web", SLOW)
    id = lab.client.post("/containers/web/restart").json()["id"]
    until(lambda: suppressed(manager) == {"container=web", "name=web"})
    (one, *_) = silences(manager)
    assert (one["createdBy"], one["comment"]) == ("hydra", "Hydra restarts web.")
    item = ended(lab, id)
    assert item["state"] == "done", item
    muted = item["result"]["muted"]
    assert (muted["alerts"], muted["problem"]) == (["Down1"], None)
    assert muted["by"] == ['container="web"', 'container_name="web"', 'name="web"']
    assert (silences(manager), suppressed(manager)) == ([], set())


def test_healing_mutes_too_and_says_so(lab: Server, docker: Docker, manager: str) -> None:
    labels = ("--label", "hydra.heal=restart", "--label", "hydra.heal.prove=3s", "--label", "hydra.alerts=name=web")
    docker.run("web", "test -f /ok && sleep 300; touch /ok; exit 1", *labels)
    until(lambda: suppressed(manager) == {"name=web"})
    told = attempt(lab, "web")
    assert (told["outcome"], told["muted"]) == (
        "recovered",
        {"by": ['name="web"'], "alerts": ["Down1"], "problem": None},
    )
    assert suppressed(manager) == set()


def test_a_silence_is_left_to_lapse_within_minutes_when_hydra_dies(lab: Server, docker: Docker, manager: str) -> None:
    docker.run("web", "trap 'sleep 5; exit 0' TERM; while true; do sleep 0.1; done")
    item = lab.client.post("/containers/web/restart").raise_for_status().json()["id"]
    until(lambda: suppressed(manager))
    lab.kill()
    ends = [datetime.fromisoformat(one["endsAt"]) for one in silences(manager)]
    assert ends
    assert all(end < datetime.now(UTC) + timedelta(minutes=3, seconds=5) for end in ends)
    lab.start()
    assert ended(lab, item, or_held=False)["state"] == "done", "it goes on when Hydra is back"


def test_with_an_alertmanager_that_is_gone_it_goes_on_and_says_so(lab: Server, docker: Docker, manager: str) -> None:
    lab.environment["HYDRA_ALERTMANAGER__URL"] = f"http://127.0.0.1:{free_port()}"
    lab.restart()
    docker.run("web", "sleep 300", "--stop-signal", "KILL")
    answer = lab.client.post("/containers/web/restart", params={"wait": 60})
    assert "Alertmanager cannot be reached" in answer.json()["muted"]["problem"], answer.text
    assert docker.state("web")["Running"] is True
