"""MQTT with a real broker: who is at home, Hydra in Home Assistant, and what the broker does not allow."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.mqtt import MqttPanel, MqttPresence, MqttSettings, probe
from hydra_lab.integrations.mqtt.model import Message, sighting_of
from hydra_lab.kernel.errors import Denied, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.integrations.mqtt.broker import settings
from tests.integrations.mqtt.harness import TILES
from tests.peers.alerting import until
from tests.peers.mosquitto import PASSWORD, ear, mosquitto

HTTP = HttpClient(timeout_s=5)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A real broker that wants a password."""
    with mosquitto(PASSWORD=PASSWORD) as one:
        yield one


def reached(port: int, **more: Any) -> MqttSettings:
    """Settings that lead to it."""
    return MqttSettings.model_validate(settings(port, PASSWORD, **more))


def test_people_are_known_from_what_the_broker_kept_and_then_as_it_comes(port: int) -> None:
    with ear(port) as home:
        home.say("presence/Owner", "home")
        home.say("presence/Mary Ann", '{"state": "not_home", "room": null}')
        home.say("presence/Guest", "unknown")
        with closing(MqttPresence(reached(port, people="presence/+"), HTTP).follow(5)) as told:
            at_first = {one.id: one.value for one in iter(told.__next__, None) if one}
            home.say("presence/Owner", "Work", keep=False)
            changed = next(told)
    assert at_first == {"person.owner": "home", "person.mary_ann": "not_home", "person.guest": None}
    assert changed is not None
    assert (changed.id, changed.name, changed.value) == ("person.owner", "Owner", "Work")


def test_hydra_is_announced_as_a_device_and_its_switch_is_heard(port: int) -> None:
    pressed: list[tuple[str, bool]] = []
    values: dict[str, Any] = {"queued": 3, "summary": "x" * 300, "pause": False}
    with ear(port) as home:
        home.say("hydra/pause/set", "ON")  # one that was kept from another time must press nothing
        with closing(MqttPanel(reached(port), HTTP).show(TILES, lambda: values, switch_of(pressed))) as turns:
            next(turns)
            config = json.loads(until(lambda: home.seen.get("homeassistant/switch/hydra/pause/config")))
            assert config["command_topic"] == "hydra/pause/set"
            until(lambda: home.seen.get(config["availability_topic"]) == "online")
            state = json.loads(until(lambda: home.seen.get(config["state_topic"])))
            assert (state["queued"], state["pause"], len(state["summary"]), len(state["summary_text"])) == (
                3, "OFF", 255, 300,
            )  # fmt: skip
            assert pressed == []
            values["queued"] = None
            home.say("hydra/pause/set", "ON", keep=False)
            next(turns)
            next(turns)
            assert pressed == [("pause", True)]
            until(lambda: json.loads(home.seen["hydra/state"])["queued"] == "None")
        until(lambda: home.seen.get("hydra/availability") == "offline")
        home.say("hydra/pause/set", "")


def switch_of(pressed: list[tuple[str, bool]]) -> Any:
    """What is called when a switch is pressed."""
    return lambda key, on: pressed.append((key, on))


def test_what_the_access_list_forbids_is_denied_by_name(port: int) -> None:
    panel = MqttPanel(reached(port, topic="secret/hydra"), HTTP).show(TILES, dict, switch_of([]))
    with pytest.raises(Denied, match="publish secret/hydra/availability"):
        next(panel)


def test_a_broker_that_goes_away_is_noticed_and_joined_again() -> None:
    with mosquitto(PASSWORD=PASSWORD) as port:
        told = MqttPresence(reached(port, people="presence/+"), HTTP).follow(5)
        assert next(told) is None
    with pytest.raises(Unavailable):
        next(told)
    with mosquitto(PASSWORD=PASSWORD, PORT=str(port)):
        assert probe(reached(port), HTTP).detail == "lets Hydra in as hydra"


def test_a_broker_that_hangs_is_found_out_by_who_follows_and_by_who_shows() -> None:
    with mosquitto(PASSWORD=PASSWORD) as port:
        impatient = HttpClient(timeout_s=0.5)
        told = MqttPresence(reached(port, people="presence/+"), impatient).follow(0.3)
        values = {"queued": 1}
        turns = MqttPanel(reached(port), impatient).show(TILES, lambda: values, switch_of([]))
        assert next(told) is None
        next(turns)
        os.kill(port.pid, signal.SIGSTOP)
        try:
            with pytest.raises(Unavailable, match="in time"):
                next(told)
            values["queued"] = 2
            with pytest.raises(Unavailable, match="in time"):
                next(turns)
        finally:
            os.kill(port.pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("topic", "text", "value"),
    [
        ("presence/owner", "home", "home"),
        ("presence/owner", "", None),
        ("presence/owner", '{"state": "unavailable"}', None),
        ("presence/owner", '{"battery": 80}', None),
        ("presence/owner", "{broken", None),
        ("presence/owner", " not_home\n", "not_home"),
    ],
)
def test_a_text_that_names_no_place_is_unknown(topic: str, text: str, value: str | None) -> None:
    found = sighting_of(Message(topic=topic, text=text), "presence/+")
    assert found is not None
    assert (found.id, found.value) == ("person.owner", value)


def test_other_topics_say_nothing() -> None:
    assert sighting_of(Message(topic="presence/owner/battery", text="80"), "presence/+") is None


@pytest.mark.parametrize("people", ["presence", "presence/#", "presence/+/+", "pre+/x", "a b/+"])
def test_a_topic_of_people_has_one_place_for_the_name(people: str) -> None:
    with pytest.raises(ValidationError):
        MqttSettings.model_validate({"host": "broker", "people": people})


def test_a_password_without_a_name_is_refused() -> None:
    with pytest.raises(ValidationError):
        MqttSettings.model_validate({"host": "broker", "password": "x"})
