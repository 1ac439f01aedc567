"""The starter set: each that is offered as ready is adopted, its event happens, and its work is there."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from hydra_lab.app import found_rooms
from hydra_lab.areas.triggers.starters import all_starters, missing
from hydra_lab.kernel.clock import SystemClock
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.journal import Journal
from hydra_lab.kernel.policy.model import HYDRA
from tests.integrations.faults import Fault, Reply, StandIn
from tests.peers import sshd
from tests.server import Server

NOT_HERE = [name for name, one in all_starters().items() if missing(found_rooms(), one.trigger)]
MUCH_MIB = 1 << 40


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Hydra for all of them."""
    one = Server(tmp_path_factory.mktemp("starters") / "data").start()
    yield one
    one.close()


def waited(what: Callable[[], Any], server: Server, seconds: float = 90) -> Any:
    """The first answer that is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{server.client.get('/triggers').text}\n{server.tail()}")


def events(server: Server, name: str) -> list[dict[str, Any]]:
    """The journal's entries of a name."""
    found: list[dict[str, Any]] = server.client.get("/activity", params={"name": name}).json()["events"]
    return found


def work_fails(server: Server) -> None:
    """A backup that does not come to its turn in time."""
    soon, later = ((datetime.now(UTC) + timedelta(seconds=wait)).isoformat() for wait in (1, 3600))
    backup = {"operation": "maintenance.run", "input": {"action": "backup"}, "title": "Back up Hydra"}
    server.client.post("/queue", json={**backup, "deadline": soon, "not_before": later}).raise_for_status()


def ask_prometheus(server: Server, url: str | None = None) -> None:
    """Ask an outside system whether it is there, and before that say where it is."""
    if url:
        server.client.put("/integrations/prometheus", json={"values": {"url": url}}).raise_for_status()
    server.client.post("/integrations/prometheus/test").raise_for_status()


def a_system_is_lost(server: Server) -> None:
    """A system that nobody runs."""
    ask_prometheus(server, "http://127.0.0.1:9")


def a_system_comes_back(server: Server) -> None:
    """One that fails, and then answers."""
    told = {"status": "success", "data": {"version": "3.1.0"}}
    with StandIn(lambda asked: Reply(json=told), Fault.BROKEN) as system:
        ask_prometheus(server, system.url)
        system.fault = None
        ask_prometheus(server)


def the_policy_is_broken(server: Server) -> None:
    """A policy that somebody wrote by hand and wrongly."""
    (server.data / "policy.yaml").write_text("rules: 7\n")
    server.client.get("/policy")


def a_push(server: Server) -> None:
    """The forge calls its hook."""
    hook = server.client.post("/hooks", json={"name": "forge"}).raise_for_status().json()
    told = {"Authorization": f"Bearer {hook['secret']}"}
    httpx.post(f"{server.url}/hooks/forge", json={"ref": "main"}, headers=told, trust_env=False).raise_for_status()


def an_alert_fires(server: Server) -> None:
    """Alertmanager tells of one."""
    secret = server.client.post("/alerts/webhook").raise_for_status().json()["secret"]
    alert = {
        "status": "firing", "labels": {"alertname": "DiskFilling", "instance": "nas"}, "annotations": {},
        "startsAt": datetime.now(UTC).isoformat(), "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "0a1b2c3d4e5f6071",
        "generatorURL": "http://127.0.0.1:9090/graph",
    }  # fmt: skip
    told = {
        "version": "4", "status": "firing", "receiver": "hydra", "groupKey": "{}", "groupLabels": {},
        "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://127.0.0.1:9093", "truncatedAlerts": 0,
        "alerts": [alert],
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {secret}"}
    answer = httpx.post(f"{server.url}/hooks/alertmanager", json=told, headers=headers, trust_env=False)
    assert answer.is_success, answer.text


def the_disk_has_room_again(server: Server) -> None:
    """A disk that is taken for full from the start, and then no longer."""
    server.client.put("/settings/disk_free_min_mib", json={"value": MUCH_MIB}).raise_for_status()
    server.stop()
    server.start()
    waited(lambda: events(server, "disk.low"), server)
    server.client.put("/settings/disk_free_min_mib", json={"value": 1}).raise_for_status()


def a_machine(server: Server, name: str, host: sshd.Sshd) -> None:
    """A machine of the lab that is measured from now on."""
    server.client.post("/nodes", json={"name": name, **host.node}).raise_for_status()
    server.client.post("/nodes/look").raise_for_status()


def a_card_is_hot(server: Server) -> None:
    """A card of 88 °C."""
    with sshd.running({"temperature.gpu": 88}) as host:
        a_machine(server, "hot", host)
        waited(lambda: events(server, "gpus.hot"), server)


def a_disk_fills(server: Server) -> None:
    """A disk of which nine tenths are used."""
    with sshd.running() as host:
        told = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 1000000 910000 90000 91% /data\n"
        (host.folder / "df").write_text(told)
        a_machine(server, "full", host)
        waited(lambda: events(server, "nodes.disk_filling"), server)


def a_backup_is_missing(server: Server) -> None:
    """None is made any more, and there is none."""
    server.client.put("/settings/backup.every", json={"value": "off"}).raise_for_status()


def told(server: Server, event: str, subject: str, **data: Any) -> None:
    """A room tells of something; that it does so is for its own tests."""
    database, clock = Database(f"sqlite:///{server.data / 'hydra.db'}"), SystemClock()
    with database.begin() as connection:
        Journal(clock, lambda data: data).write(connection, event, actor=HYDRA, subject=subject, data=data)
    database.close()
    server.client.put("/settings/disk_free_min_mib", json={"value": 1}).raise_for_status()  # it reads on after that


def a_container_is_unhealthy(server: Server) -> None:
    """One that does not ask to be healed."""
    told(server, "containers.health_status", "web", health="unhealthy", heals=False)


def a_benchmark_is_worse(server: Server) -> None:
    """As benchmarks tell it."""
    told(server, "benchmarks.regressed", "queue on hydra")


EVERY: dict[str, Callable[[Server], None]] = {
    "backup-missing": a_backup_is_missing,  # first: others make one
    "backup-again": work_fails,
    "failure-bundle": work_fails,
    "look-at-lost-system": a_system_is_lost,
    "guide-after-outage": a_system_comes_back,
    "policy-broken": the_policy_is_broken,
    "notes-after-push": a_push,
    "alert-firing": an_alert_fires,
    "backup-after-full-disk": the_disk_has_room_again,
    "gpu-hot": a_card_is_hot,
    "disk-filling": a_disk_fills,
    "container-unhealthy": a_container_is_unhealthy,
    "benchmark-worse": a_benchmark_is_worse,
    "benchmark-due": lambda server: told(server, "models.pulled", "ollama", model="qwen3:4b"),
    "models-idle": lambda server: told(server, "models.idle", "qwen3:4b"),
    "research-at-night": lambda server: told(server, "research.asked", "Which card draws least?"),
}
HAPPENINGS = {name: happens for name, happens in EVERY.items() if name not in NOT_HERE}


@pytest.mark.parametrize("name", HAPPENINGS)
def test_its_event_happens_and_its_work_starts(server: Server, name: str) -> None:
    assert server.client.post(f"/triggers/starters/{name}/adopt").status_code == 201
    HAPPENINGS[name](server)
    view = waited(lambda: (one := server.client.get(f"/triggers/{name}").json())["last_outcome"] and one, server)
    assert view["last_outcome"] == "started", view
    item = server.client.get(f"/queue/{view['last_item']}").raise_for_status().json()
    assert item["operation"] == all_starters()[name].trigger.start.operation
    assert item["cause"] in [event["id"] for event in events(server, all_starters()[name].trigger.when.event)]


def test_whatever_is_offered_as_ready_is_tested_here() -> None:
    by_events = {name for name, one in all_starters().items() if not one.trigger.when.metric}
    assert by_events - set(NOT_HERE) == set(HAPPENINGS), (
        "a starter is ready that no test makes happen: add what makes its event"
    )


@pytest.mark.parametrize("name", NOT_HERE)
def test_what_cannot_be_here_yet_says_so_and_is_not_adopted(server: Server, name: str) -> None:
    (shown,) = (one for one in server.client.get("/triggers/starters").json()["starters"] if one["name"] == name)
    answer = server.client.post(f"/triggers/starters/{name}/adopt")
    assert (answer.status_code, shown["missing"] != []) == (409, True)
    assert shown["missing"][0] in answer.json()["detail"]


def test_a_starter_is_adopted_once(server: Server) -> None:
    name = "notes-after-push"
    answers = [server.client.post(f"/triggers/starters/{name}/adopt").status_code for _ in range(2)]
    assert answers[1] == 409
    assert server.client.get(f"/triggers/{name}").json()["trigger"]["cooldown_minutes"] == 10
