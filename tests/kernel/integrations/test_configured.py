"""An integration is configured from the environment, a file or the program, and its secrets stay secret."""

from collections.abc import Callable

import pytest

from hydra_lab.kernel.errors import Invalid, NotConfigured, NotFound
from hydra_lab.kernel.integrations import Status
from tests.kernel.integrations.products import GONE, Lamp, Light
from tests.lab import OWNER, Lab

TOKEN = "a-very-secret-token"


@pytest.fixture
def lamp() -> Lamp:
    """The outside system."""
    return Lamp()


@pytest.fixture
def house(make_lab: Callable[..., Lab], lamp: Lamp) -> Lab:
    """A Hydra that knows a lamp, which nobody has configured."""
    return make_lab(integrations=[lamp.integration()])


def configure(lab: Lab, **values: object) -> None:
    """Set the lamp up."""
    with lab.services.database.begin() as connection:
        lab.services.integrations.configure(connection, "lamp", values, OWNER)


def test_what_nobody_set_up_is_not_configured(house: Lab) -> None:
    runtime = house.services.integrations
    assert runtime.state("lamp").status is Status.NOT_CONFIGURED
    assert not runtime.ready("lamp")
    with pytest.raises(NotConfigured) as caught:
        runtime.require(("lamp",))
    assert caught.value.requirement == "lamp"
    assert str(caught.value) == "This needs a lamp token."
    assert caught.value.fix == "Set HYDRA_LAMP__TOKEN or open /ui/integrations/lamp."
    assert runtime.requirement_sentence("lamp")[0] == "waits for a lamp token"


def test_a_configured_one_is_probed_and_used(house: Lab, lamp: Lamp) -> None:
    configure(house, token=TOKEN, rooms=["hall"])
    runtime = house.services.integrations
    assert runtime.state("lamp").status is Status.CONNECTED
    assert runtime.state("lamp").version == "3"
    assert runtime.capability(Light).settings.rooms == ["hall"]
    assert lamp.asked[0].token.get_secret_value() == TOKEN


def test_settings_are_kept_sealed_over_a_restart(house: Lab, make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    configure(house, token=TOKEN)
    assert TOKEN.encode() not in (house.services.settings.current.data_dir / "hydra.db").read_bytes()
    again = make_lab(integrations=[lamp.integration()]).services.integrations
    assert again.settings_of("lamp").token.get_secret_value() == TOKEN  # type: ignore[attr-defined]
    assert again.state("lamp").status is Status.UNKNOWN
    assert again.check("lamp")


def test_a_secret_is_told_to_nobody(house: Lab) -> None:
    configure(house, token=TOKEN)
    [token, *_] = house.services.integrations.fields("lamp")
    assert (token.secret, token.is_set, token.value, token.source) == (True, True, None, "stored")
    assert TOKEN not in repr((house.services.integrations.fields("lamp"), house.events()))
    assert house.services.scrubber.text(f"failed with {TOKEN}") == "failed with •••"
    assert [one.data["fields"] for one in house.events("integrations.configured")] == [["token"]]


def test_the_environment_wins_and_is_not_overwritten(make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    lab = make_lab(
        integrations=[lamp.integration()], environ={"HYDRA_LAMP__TOKEN": TOKEN, "HYDRA_LAMP__ROOMS": '["a"]'}
    )
    assert lab.services.integrations.settings_of("lamp").rooms == ["a"]  # type: ignore[attr-defined]
    with pytest.raises(Invalid, match="HYDRA_LAMP__TOKEN"):
        configure(lab, token="another one")


def test_everything_wrong_is_said_at_once(house: Lab) -> None:
    with pytest.raises(Invalid) as caught:
        configure(house, port=0, colour="red")
    assert {one["field"] for one in caught.value.problems} == {"port", "colour", "token"}
    assert house.events() == []


def test_an_empty_secret_stays_as_it_is_and_none_takes_it_back(house: Lab) -> None:
    configure(house, token=TOKEN)
    configure(house, token="", port=81)
    settings = house.services.integrations.settings_of("lamp")
    assert (settings.token.get_secret_value(), settings.port) == (TOKEN, 81)  # type: ignore[attr-defined]
    configure(house, token=None)
    assert house.services.integrations.state("lamp").status is Status.NOT_CONFIGURED


def test_a_form_that_sends_back_what_the_environment_set_changes_the_rest(
    make_lab: Callable[..., Lab], lamp: Lamp
) -> None:
    lab = make_lab(integrations=[lamp.integration()], environ={"HYDRA_LAMP__PORT": "8081"})
    configure(lab, token=TOKEN, port="8081")
    settings = lab.services.integrations.settings_of("lamp")
    assert (settings.port, settings.token.get_secret_value()) == (8081, TOKEN)  # type: ignore[attr-defined]


def test_a_wrong_value_in_the_environment_is_shown_and_stops_nothing(make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    lab = make_lab(integrations=[lamp.integration()], environ={"HYDRA_LAMP__TOKEN": TOKEN, "HYDRA_LAMP__PORT": "x"})
    state = lab.services.integrations.state("lamp")
    assert state.status is Status.NOT_CONFIGURED
    assert "port is set wrongly" in (state.detail or "")
    assert "HYDRA_LAMP__PORT" in lab.services.integrations.requirement_sentence("lamp")[1]


def test_a_lost_key_is_said_and_stops_nothing(house: Lab, make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    configure(house, token=TOKEN)
    house.services.secrets.key_file.unlink()
    again = make_lab(integrations=[lamp.integration()]).services.integrations
    assert again.state("lamp").status is Status.NOT_CONFIGURED
    assert "sealed with another key" in (again.fields("lamp")[0].problem or "")


def test_an_unknown_integration_is_not_found(house: Lab) -> None:
    with pytest.raises(NotFound, match="chair"):
        house.services.integrations.state("chair")


def test_what_nothing_gives_is_named_as_missing(house: Lab) -> None:
    detail, unblock = house.services.integrations.requirement_sentence("model_backend")
    assert detail == "waits for “model backend”, which nothing in this Hydra gives"
    assert "gives model backend" in unblock
    with pytest.raises(NotConfigured):
        house.services.integrations.require(("model_backend",))


def test_a_capability_is_met_by_whichever_is_configured(make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    other = Lamp()
    lab = make_lab(integrations=[lamp.integration(), other.integration("torch")])
    runtime = lab.services.integrations
    assert runtime.requirement_sentence("light")[0] == "waits for a lamp token or a torch token"
    with lab.services.database.begin() as connection:
        runtime.configure(connection, "torch", {"token": TOKEN}, OWNER)
    runtime.require(("light",))
    assert runtime.ready("light")
    assert not runtime.ready("lamp")


def test_of_two_the_one_that_answers_is_taken(make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    lamp.raises = GONE
    environ = {"HYDRA_LAMP__TOKEN": "the first one", "HYDRA_TORCH__TOKEN": "the second one"}
    lab = make_lab(integrations=[lamp.integration(), Lamp().integration("torch")], environ=environ)
    assert lab.services.integrations.check("light")
    assert lab.services.integrations.capability(Light).settings.token.get_secret_value() == "the second one"
