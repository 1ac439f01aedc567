"""Presence through a real server: people come and go in a home, which is lost and comes back, and a person decides."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.areas.containers.waiting import until
from tests.areas.presence.waiting import QUICK, becomes, events, status
from tests.integrations.faults import Fault
from tests.integrations.home_assistant.harness import TOKEN, home
from tests.integrations.home_assistant.home import Home
from tests.server import Server

QUICK_S = 4.0


@pytest.fixture(scope="module")
def house() -> Iterator[Home]:
    """A home with an owner and a switch."""
    with home() as one:
        one.put("person.guest", None)
        one.put("person.child", None)
        one.put("input_select.house_mode", "normal")
        yield one


@pytest.fixture(scope="module")
def hydra(house: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Hydra that follows it."""
    server = Server(
        tmp_path_factory.mktemp("presence") / "data",
        HYDRA_HOME_ASSISTANT__URL=house.url, HYDRA_HOME_ASSISTANT__TOKEN=TOKEN,
    ).start()  # fmt: skip
    server.client.put("/presence/rules", json=QUICK).raise_for_status()
    server.client.put("/presence/plan", json={"cooldown_s": 0}).raise_for_status()
    yield server
    print(server.tail())
    server.close()


@pytest.fixture(autouse=True)
def at_home(hydra: Server, house: Home) -> None:
    """Every test begins with the owner at home, and with rules that decide."""
    house.mute = False
    house.put("person.owner", "home", "Owner")
    house.put("input_select.house_mode", "normal")
    if status(hydra)["override"]:
        hydra.client.post("/presence/auto").raise_for_status()
    becomes(hydra, "home")


def test_who_leaves_is_told_and_after_a_while_it_is_away(hydra: Server, house: Home) -> None:
    house.put("person.owner", "Work", "Owner")
    away = becomes(hydra, "away")
    assert away["by"] == "rule:everyone-left"
    assert away["why"].startswith("Owner is Work for ")
    house.put("person.owner", "home", "Owner")
    becomes(hydra, "home")
    told = [(one["name"], one["subject"]) for one in events(hydra)][-4:]
    assert told == [
        ("presence.left", "person.owner"), ("presence.changed", "away"), ("presence.arrived", "person.owner"),
        ("presence.changed", "home"),
    ]  # fmt: skip


def test_a_mode_switch_stands_above_where_people_are(hydra: Server, house: Home) -> None:
    house.put("input_select.house_mode", "sleep")
    assert becomes(hydra, "sleep")["by"] == "rule:asleep"


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.GARBAGE, Fault.CUT, Fault.SLOW])
def test_a_home_that_fails_while_it_is_followed_sends_nobody_away_and_is_heard_again(
    hydra: Server, house: Home, fault: Fault
) -> None:
    def about() -> Any:
        return status(hydra)["sources"][0]

    until(lambda: about()["fresh"])
    house.fault = fault
    try:
        house.hang_up()
        lost = until(lambda: (now := status(hydra))["sources"][0]["lost_at"] and now)
        assert lost["sources"][0]["detail"].startswith("Home Assistant")
        assert (lost["state"], lost["verdict"]["state"]) == ("home", None)
        begun = time.monotonic()
        page = hydra.client.get("/ui/presence")
        assert page.status_code == 200
        assert time.monotonic() - begun < QUICK_S
    finally:
        house.fault = None
    until(lambda: about()["fresh"])
    assert status(hydra)["state"] == "home"


def test_a_lost_home_is_said_once_and_sends_nobody_away(hydra: Server, house: Home) -> None:
    house.token = "another"
    house.hang_up()
    lost = until(lambda: "refused the token" in str((now := status(hydra))["sources"][0]["detail"]) and now)
    assert lost["sources"][0]["lost_at"]
    assert (lost["state"], lost["verdict"]["state"]) == ("home", None)
    assert [(one["id"], one["value"], one["last"]) for one in lost["seen"]][:2] == [
        ("input_select.house_mode", None, "normal"), ("person.owner", None, "home"),
    ]  # fmt: skip
    house.put("person.owner", "not_home", "Owner")  # unheard
    house.token = TOKEN
    assert becomes(hydra, "away")["by"] == "rule:everyone-left"
    about = [one["name"] for one in events(hydra, "presence.source_lost", "presence.source_back")]
    assert about[-2:] == ["presence.source_lost", "presence.source_back"]


def test_a_person_decides_for_a_while_and_then_the_rules_again(hydra: Server, house: Home) -> None:
    answer = hydra.client.post("/presence/set", json={"state": "vacation", "until": "for 2 hours", "reason": "Sun"})
    now = answer.raise_for_status().json()
    assert (now["state"], now["why"], now["override"]["by"]) == ("vacation", "Sun", "person:owner")
    assert now["verdict"]["state"] == "home"
    assert hydra.client.post("/presence/set", json={"state": "away", "until": "yesterday"}).status_code == 422
    hydra.restart()
    assert status(hydra)["state"] == "vacation"
    hydra.client.post("/presence/auto").raise_for_status()
    becomes(hydra, "home")
    assert hydra.client.post("/presence/auto").status_code == 409
    states = [one["state"] for one in hydra.client.get("/presence/history").json()["changes"]]
    assert states[:2] == ["home", "vacation"]


def test_trying_says_what_would_be_and_changes_nothing(hydra: Server) -> None:
    before, noted = status(hydra), len(events(hydra))
    tried = hydra.client.post("/presence/test", json={"seen": {"person.owner": "not_home"}}).raise_for_status().json()
    assert (tried["state"], tried["changes"], tried["why"]) == ("away", True, "Owner is away for 60 min.")
    short = hydra.client.post("/presence/test", json={"seen": {"person.owner": "not_home"}, "for_minutes": 0}).json()
    assert short["state"] is None
    unknown = hydra.client.post("/presence/test", json={"seen": {"person.owner": None}}).json()
    assert (unknown["state"], unknown["changes"]) == (None, False)
    after = status(hydra)
    assert len(events(hydra)) == noted
    assert (after["state"], after["since"], after["change"]) == (before["state"], before["since"], before["change"])


def test_rules_are_set_one_by_one_and_wrong_ones_refused(hydra: Server) -> None:
    rule = {"state": "vacation", "priority": 99, "when": [{"of": "zone.home", "is_one_of": ["0"]}], "hours": "sat,sun"}
    wrong = hydra.client.put("/presence/rules/long-gone", json=rule)
    assert wrong.status_code == 422
    assert "not a time window" in wrong.text
    good = hydra.client.put("/presence/rules/long-gone", json=rule | {"hours": None}).raise_for_status().json()
    assert [one["id"] for one in good["rules"]] == ["long-gone", "asleep", "everyone-left", "somebody-home"]
    left = hydra.client.delete("/presence/rules/long-gone").raise_for_status().json()
    assert len(left["rules"]) == 3
    assert hydra.client.delete("/presence/rules/long-gone").status_code == 404


def test_a_source_that_is_taken_away_leaves_nothing_behind(make_server: Callable[..., Server], house: Home) -> None:
    server = make_server().start()
    server.client.put("/integrations/home_assistant", json={"url": house.url, "token": TOKEN}).raise_for_status()
    becomes(server, "home")
    done = server.client.post("/presence/watch", params={"wait": 30}).raise_for_status().json()
    assert (done["sources"], done["state"]) == (["home_assistant"], "home")
    gone = server.client.put("/integrations/home_assistant", json={"url": None, "token": None})
    gone.raise_for_status()
    left = until(lambda: not (now := status(server))["seen"] and now)
    assert (left["sources"], left["state"]) == ([], "home")
