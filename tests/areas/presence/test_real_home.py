"""Presence and the panel with a real Home Assistant and a real broker, where there is one (see tests/peers)."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.containers.waiting import until
from tests.areas.presence.waiting import QUICK, becomes, status
from tests.peers import home_assistant
from tests.peers.home_assistant import HomeAssistant
from tests.peers.mosquitto import PASSWORD, mosquitto
from tests.server import Server


@pytest.fixture(scope="module")
def house() -> Iterator[HomeAssistant]:
    """A Home Assistant with an owner."""
    with home_assistant.running() as one:
        yield one


@pytest.fixture(scope="module")
def hydra(house: HomeAssistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra and a Home Assistant at one broker."""
    with mosquitto(PASSWORD=PASSWORD) as port:
        house.connect_mqtt(port, "home", PASSWORD)
        server = Server(
            tmp_path_factory.mktemp("house") / "data", HYDRA_HOME_ASSISTANT__URL=house.url,
            HYDRA_HOME_ASSISTANT__TOKEN=house.token, HYDRA_MQTT__HOST="127.0.0.1", HYDRA_MQTT__PORT=str(port),
            HYDRA_MQTT__USERNAME="hydra", HYDRA_MQTT__PASSWORD=PASSWORD,
        ).start()  # fmt: skip
        server.client.put("/presence/rules", json=QUICK).raise_for_status()
        server.client.put("/presence/plan", json={"cooldown_s": 0}).raise_for_status()
        yield server
        print(server.tail())
        server.close()


def test_people_and_the_mode_switch_are_followed(hydra: Server, house: HomeAssistant) -> None:
    house.put("person.owner", "home")
    becomes(hydra, "home")
    house.put("person.owner", "not_home")
    assert becomes(hydra, "away")["by"] == "rule:everyone-left"
    house.call("input_select.select_option", entity_id="input_select.house_mode", option="sleep")
    becomes(hydra, "sleep")
    house.call("input_select.select_option", entity_id="input_select.house_mode", option="normal")
    house.put("person.owner", "home")
    becomes(hydra, "home")


def test_hydra_is_a_device_there_and_its_switch_is_judged(hydra: Server, house: HomeAssistant) -> None:
    until(lambda: house.state("switch.hydra_pause") == "off")
    until(lambda: house.state("sensor.hydra_presence") == "home")
    assert house.state("sensor.hydra_queued") == "0"
    assert "nothing waits for you" in str(house.state("sensor.hydra_summary"))
    house.call("switch.turn_on", entity_id="switch.hydra_pause")
    denied = until(lambda: hydra.client.get("/activity", params={"topic": "policy"}).json()["events"])[0]
    assert (denied["actor"], denied["data"]["operation"]) == ("hook", "control.pause")
    hydra.kill()
    until(lambda: house.state("switch.hydra_pause") == "unavailable")
    hydra.start()
    until(lambda: house.state("switch.hydra_pause") == "off")


def test_a_home_that_hangs_is_lost_and_heard_again(hydra: Server, house: HomeAssistant) -> None:
    def about() -> Any:
        return next(one for one in status(hydra)["sources"] if one["name"] == "home_assistant")

    until(lambda: about()["fresh"])
    pid = int((house.folder / "hass.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        assert "in time" in until(about_lost(about))["detail"]
        assert status(hydra)["state"] == "home"
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: about()["fresh"])


def about_lost(about: Any) -> Any:
    """Asks until the source is lost."""
    return lambda: (now := about())["lost_at"] and now
