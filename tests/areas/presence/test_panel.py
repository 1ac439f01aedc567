"""Hydra in Home Assistant, with a real broker: what is announced and shown, and what a press on its switch comes to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.containers.waiting import until
from tests.areas.presence.waiting import becomes, status
from tests.peers.mosquitto import PASSWORD, Broker, Ear, ear, mosquitto
from tests.server import Server

RECIPE = """rules:
  - name: the switch in the hall
    actor: hook:mqtt
    operation: [control.pause, control.resume]
    then: allow
    reason: Whoever is at home may pause Hydra.
"""


@pytest.fixture(scope="module")
def home() -> Iterator[tuple[Broker, Ear]]:
    """A broker, and somebody there who hears everything."""
    with mosquitto(PASSWORD=PASSWORD) as port, ear(port) as one:
        yield port, one


@pytest.fixture(scope="module")
def hydra(home: tuple[Broker, Ear], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that shows itself there."""
    server = Server(
        tmp_path_factory.mktemp("panel") / "data", HYDRA_MQTT__HOST="127.0.0.1", HYDRA_MQTT__PORT=str(home[0]),
        HYDRA_MQTT__USERNAME="hydra", HYDRA_MQTT__PASSWORD=PASSWORD, HYDRA_MQTT__PEOPLE="presence/+",
    ).start()  # fmt: skip
    yield server
    print(server.tail())
    server.close()


def shown(one: Ear) -> dict[str, Any]:
    """What Hydra shows now."""
    found: dict[str, Any] = json.loads(one.seen.get("hydra/state", "{}"))
    return found


def test_hydra_shows_its_queue_and_what_people_do(hydra: Server, home: tuple[Broker, Ear]) -> None:
    _, one = home
    until(lambda: one.seen.get("hydra/availability") == "online")
    kinds = {json.loads(text)["unique_id"] for topic, text in one.seen.items() if topic.startswith("homeassistant/")}
    assert kinds == {f"hydra_{key}" for key in (
        "queued", "running", "held", "inbox", "presence", "summary", "pause"
    )}  # fmt: skip
    later = {"operation": "maintenance.run", "input": {"action": "disk_check"}, "not_before": "2090-01-01T00:00:00Z"}
    hydra.client.post("/queue", json=later).raise_for_status()
    until(lambda: shown(one).get("held") == 1)
    assert shown(one)["presence"] == "None", "nobody knows it yet"
    one.say("presence/owner", "home")
    becomes(hydra, "home")
    until(lambda: shown(one).get("presence") == "home")


def test_a_press_passes_policy_like_any_other_call(hydra: Server, home: tuple[Broker, Ear]) -> None:
    _, one = home
    until(lambda: shown(one).get("pause") == "OFF")
    one.say("hydra/pause/set", "ON", keep=False)
    denied = until(lambda: hydra.client.get("/activity", params={"topic": "policy"}).json()["events"])[0]
    assert (denied["name"], denied["actor"], denied["actor_name"]) == ("policy.denied", "hook", "mqtt")
    assert hydra.client.get("/control").json()["mode"] == "autonomous"

    (hydra.data / "policy.yaml").write_text(RECIPE)
    until(lambda: "policy.loaded" in hydra.client.get("/activity", params={"topic": "policy"}).text)
    one.say("hydra/pause/set", "ON", keep=False)
    until(lambda: shown(one).get("pause") == "ON")
    control = hydra.client.get("/control").json()
    assert (control["mode"], control["by"]) == ("paused", "hook:mqtt")
    one.say("hydra/pause/set", "OFF", keep=False)
    until(lambda: shown(one).get("pause") == "OFF")
    assert hydra.client.get("/control").json()["mode"] == "autonomous"


def test_who_is_gone_without_a_word_is_shown_as_unavailable_and_comes_back(
    hydra: Server, home: tuple[Broker, Ear]
) -> None:
    _, one = home
    hydra.kill()
    until(lambda: one.seen.get("hydra/availability") == "offline")
    hydra.start()
    until(lambda: one.seen.get("hydra/availability") == "online")


def test_a_password_that_is_another_by_now_is_said_and_nobody_left(hydra: Server, home: tuple[Broker, Ear]) -> None:
    broker, _ = home
    becomes(hydra, "home")
    with broker.wanting("another-one-4712"):
        lost = until(lambda: (now := status(hydra))["sources"][0]["lost_at"] and now)
        told = hydra.client.post("/integrations/mqtt/test").raise_for_status().json()
        assert (told["status"], lost["state"]) == ("denied", "home")
        assert "not authorized" in told["detail"]
        until(lambda: "not authorized" in str(status(hydra)["sources"][0]["detail"]))
    until(lambda: status(hydra)["sources"][0]["fresh"])
    until(lambda: hydra.client.post("/integrations/mqtt/test").json()["status"] == "connected")


def test_a_lost_broker_is_joined_again_and_nobody_left(hydra: Server, home: tuple[Broker, Ear]) -> None:
    port, _ = home
    with mosquitto(PASSWORD=PASSWORD) as other:
        hydra.environment["HYDRA_MQTT__PORT"] = str(other)
        hydra.restart()
        until(lambda: (now := status(hydra)["sources"]) and now[0]["fresh"])
    lost = until(lambda: (now := status(hydra))["sources"][0]["lost_at"] and now)
    assert lost["state"] == "home"
    assert all(one["value"] is None for one in lost["seen"])
    with mosquitto(PASSWORD=PASSWORD, PORT=str(other)), ear(other) as again:
        until(lambda: again.seen.get("hydra/availability") == "online")
        until(lambda: status(hydra)["sources"][0]["fresh"])
    assert port != other
