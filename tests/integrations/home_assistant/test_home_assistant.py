"""Home Assistant: where people are, and nothing invented where it does not know."""

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.home_assistant import HomeAssistantPresence, HomeAssistantSettings, probe
from hydra_lab.kernel.errors import Refused
from hydra_lab.kernel.http import HttpClient
from tests.integrations.faults import Asked, Reply, StandIn
from tests.integrations.home_assistant.harness import CONFIG, TOKEN, answer, values

HTTP = HttpClient(timeout_s=5)


def settings(url: str) -> HomeAssistantSettings:
    """Settings that lead to a stand-in."""
    return HomeAssistantSettings.model_validate(values(url, TOKEN))


def test_people_are_where_home_assistant_says_and_unknown_otherwise() -> None:
    with StandIn(answer) as server:
        people = HomeAssistantPresence(settings(server.url), HTTP).people()
    assert people == {"Owner": "home", "Guest": None, "child": "School"}


def test_the_probe_tells_version_and_name() -> None:
    with StandIn(answer) as server:
        seen = probe(settings(server.url), HTTP)
    assert (seen.version, seen.detail, seen.degraded) == ("2024.3.3", "“Lab” answers", False)


def test_a_server_that_is_starting_is_degraded() -> None:
    with StandIn(lambda asked: Reply(json={**CONFIG, "state": "NOT_RUNNING"})) as server:
        seen = probe(settings(server.url), HTTP)
    assert seen.degraded
    assert "not_running" in seen.detail


@pytest.mark.parametrize("body", [[], {"state": "RUNNING"}, {"version": 7}, [{"entity_id": "person.x"}], "hello"])
def test_an_answer_of_another_shape_is_refused(body: object) -> None:
    def odd(asked: Asked) -> Reply:
        return Reply(json=body)

    with StandIn(odd) as server:
        with pytest.raises(Refused, match="makes no sense"):
            probe(settings(server.url), HTTP)
        if body != []:
            with pytest.raises(Refused):
                HomeAssistantPresence(settings(server.url), HTTP).people()


def test_a_path_in_the_address_is_kept_and_its_slash_dropped() -> None:
    with StandIn(lambda asked: Reply(json=CONFIG)) as server:
        probe(settings(f"{server.url}/ha/"), HTTP)
        assert server.asked[0].path == "/ha/api/config"


@pytest.mark.parametrize("url", ["", "homeassistant.local", "ftp://x", "http://", "http://a b", "http://x?y=1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(url)
