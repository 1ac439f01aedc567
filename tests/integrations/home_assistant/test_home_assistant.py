"""Home Assistant: where people are, and nothing invented where it does not know."""

from contextlib import closing

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.home_assistant import HomeAssistantPresence, HomeAssistantSettings, probe
from hydra_lab.kernel.errors import Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.integrations.faults import Asked, Reply, StandIn
from tests.integrations.home_assistant.harness import CONFIG, TOKEN, answer, home, values

HTTP = HttpClient(timeout_s=5)


def settings(url: str) -> HomeAssistantSettings:
    """Settings that lead to a stand-in."""
    return HomeAssistantSettings.model_validate(values(url, TOKEN))


def test_people_are_where_home_assistant_says_and_unknown_otherwise() -> None:
    with home() as there, closing(HomeAssistantPresence(settings(there.url), HTTP).follow(0.2)) as told:
        now = [(one.id, one.name, one.value) for one in iter(told.__next__, None) if one]
    assert now == [
        ("person.owner", "Owner", "home"), ("person.guest", "Guest", None), ("person.child", "child", "School")
    ]  # fmt: skip


def test_who_leaves_is_told_at_once_and_quiet_is_told_as_such() -> None:
    with home() as there, closing(HomeAssistantPresence(settings(there.url), HTTP).follow(0.3)) as told:
        list(iter(told.__next__, None))
        there.put("person.owner", "not_home", "Owner")
        left = next(told)
        assert left is not None
        assert (left.id, left.value) == ("person.owner", "not_home")
        assert left.since is not None
        there.put("light.hall", "on")
        assert next(told) is None  # a light says nothing of who is at home
        there.put("person.guest", None)
        gone = next(told)
        assert gone is not None
        assert (gone.id, gone.value) == ("person.guest", None)


def test_a_home_that_hangs_is_found_out_and_one_that_restarts_too() -> None:
    with home() as there:
        with closing(HomeAssistantPresence(settings(there.url), HttpClient(timeout_s=0.3)).follow(0.2)) as told:
            list(iter(told.__next__, None))
            there.mute = True
            with pytest.raises(Unavailable, match="in time"):
                next(told)
        there.mute = False
        with closing(HomeAssistantPresence(settings(there.url), HTTP).follow(5)) as told:
            list(iter(told.__next__, None))
            there.hang_up()
            with pytest.raises(Unavailable, match="closed"):
                next(told)


def test_the_probe_tells_version_and_name() -> None:
    with StandIn(answer) as server:
        seen = probe(settings(server.url), HTTP)
    assert (seen.version, seen.detail, seen.degraded) == ("2024.3.3", "“Lab” answers", False)


def test_a_server_that_is_starting_is_degraded() -> None:
    with StandIn(lambda asked: Reply(json={**CONFIG, "state": "NOT_RUNNING"})) as server:
        seen = probe(settings(server.url), HTTP)
    assert seen.degraded
    assert "not_running" in seen.detail


@pytest.mark.parametrize("body", [[], {"state": "RUNNING"}, {"version": 7}, "hello"])
def test_an_answer_of_another_shape_is_refused(body: object) -> None:
    def odd(asked: Asked) -> Reply:
        return Reply(json=body)

    with StandIn(odd) as server, pytest.raises(Refused, match="makes no sense"):
        probe(settings(server.url), HTTP)


def test_a_path_in_the_address_is_kept_and_its_slash_dropped() -> None:
    with StandIn(lambda asked: Reply(json=CONFIG)) as server:
        probe(settings(f"{server.url}/ha/"), HTTP)
        assert server.asked[0].path == "/ha/api/config"


@pytest.mark.parametrize("url", ["", "homeassistant.local", "ftp://x", "http://", "http://a b", "http://x?y=1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(url)
