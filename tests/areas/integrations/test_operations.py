"""Integrations as operations: shown without secrets, configured with everything wrong said, tested, forgotten."""

from collections.abc import Callable, Iterator

import pytest

from hydra_lab.areas.integrations import AREA, feeds
from hydra_lab.areas.integrations.operations import Detail
from hydra_lab.integrations.discord import INTEGRATION as DISCORD
from hydra_lab.integrations.home_assistant import INTEGRATION as HOME_ASSISTANT
from hydra_lab.kernel.errors import Conflict, Denied, Invalid, NotConfigured, NotFound
from hydra_lab.kernel.integrations import Status
from hydra_lab.kernel.policy import Actor, ActorKind
from tests.integrations.discord import harness as discord
from tests.integrations.faults import StandIn
from tests.lab import Lab


@pytest.fixture
def server() -> Iterator[StandIn]:
    """A stand-in for Discord."""
    with StandIn(discord.answer) as server:
        yield server


@pytest.fixture
def house(make_lab: Callable[..., Lab], server: StandIn) -> Lab:
    """A Hydra that knows two systems; Discord's address leads to the stand-in."""
    environ = {"HYDRA_DISCORD__API": f"{server.url}/api/v10"}
    return make_lab(areas=[AREA], integrations=[DISCORD, HOME_ASSISTANT], environ=environ)


def webhook(secret: str = discord.TOKEN) -> str:
    """A webhook's address."""
    return f"https://discord.com/api/webhooks/{discord.ID}/{secret}"


def test_all_are_listed_with_what_they_give(house: Lab) -> None:
    shown = house.call("integrations.list").integrations
    assert [(one.name, one.status, one.provides) for one in shown] == [
        ("discord", "not_configured", ["notifier"]),
        ("home_assistant", "not_configured", ["presence_source"]),
    ]


@pytest.mark.parametrize("nested", [True, False])
def test_configuring_tests_it_at_once(house: Lab, nested: bool) -> None:
    given = {"values": {"webhook": webhook()}} if nested else {"webhook": webhook()}
    answer: Detail = house.call("integrations.configure", name="discord", **given)
    assert (answer.status, answer.configured, answer.detail) == (Status.CONNECTED, True, "posts as “Lab”")
    assert discord.TOKEN not in answer.model_dump_json() + repr(house.events())


def test_a_refused_credential_is_kept_and_said(house: Lab) -> None:
    answer: Detail = house.call("integrations.configure", name="discord", webhook=webhook(discord.WRONG))
    assert answer.status is Status.DENIED
    assert "50027" in (answer.detail or "")


def test_everything_wrong_is_said(house: Lab) -> None:
    with pytest.raises(Invalid) as caught:
        house.call("integrations.configure", name="home_assistant", url="lab", colour="red")
    assert {one["field"] for one in caught.value.problems} == {"url", "colour", "token"}


def test_what_the_environment_sets_is_told(house: Lab) -> None:
    [_, api] = house.call("integrations.show", name="discord").settings
    assert (api.name, api.source, api.variable) == ("api", "environment", "HYDRA_DISCORD__API")
    with pytest.raises(Invalid, match="HYDRA_DISCORD__API"):
        house.call("integrations.configure", name="discord", api="http://x/y")


def test_settings_are_forgotten(house: Lab) -> None:
    with pytest.raises(Conflict):
        house.call("integrations.forget", name="discord")
    house.call("integrations.configure", name="discord", webhook=webhook())
    assert house.call("integrations.forget", name="discord").status is Status.NOT_CONFIGURED


def test_one_or_all_are_asked_now(house: Lab, server: StandIn) -> None:
    with pytest.raises(NotConfigured):
        house.call("integrations.test", name="discord")
    assert house.call("integrations.probe").integrations == []
    house.call("integrations.configure", name="discord", webhook=webhook())
    assert house.call("integrations.test", name="discord").status is Status.CONNECTED
    assert len(house.call("integrations.probe").integrations) == 1
    assert len(server.asked) == 3


def test_an_unknown_one_is_not_found(house: Lab) -> None:
    for name in ("integrations.show", "integrations.configure", "integrations.test", "integrations.forget"):
        with pytest.raises(NotFound):
            house.call(name, name="teapot")


def test_configuring_is_an_administrators(house: Lab) -> None:
    guest = Actor(kind=ActorKind.PERSON, name="guest", scopes=frozenset({"write"}))
    with pytest.raises(Denied):
        house.call("integrations.configure", as_=guest, name="discord", webhook=webhook())


def test_a_check_and_a_fact_tell_how_they_are(house: Lab) -> None:
    assert feeds.answering(house.context()).status == "ok"
    house.call("integrations.configure", name="discord", webhook=webhook(discord.WRONG))
    result = feeds.answering(house.context())
    assert (result.status, result.data) == ("bad", {"lost": ["discord"]})
    assert feeds.by_status(house.context()) == {"denied": 1, "not_configured": 1}


def test_what_another_key_sealed_is_told_by_the_check(house: Lab, make_lab: Callable[..., Lab]) -> None:
    house.call("integrations.configure", name="discord", webhook=webhook())
    house.services.secrets.key_file.unlink()
    restored = make_lab(areas=[AREA], integrations=[DISCORD, HOME_ASSISTANT])
    result = feeds.answering(restored.context())
    assert (result.status, result.data) == ("bad", {"lost": ["discord"]})
    assert "sealed with another key" in result.detail
