"""Settings as operations: shown with their source, changed live, and without the secrets in them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hydra_lab.areas.settings import AREA, feeds
from hydra_lab.kernel.errors import Conflict, Denied, Invalid
from hydra_lab.kernel.policy import Actor, ActorKind
from tests.lab import NOON, Lab


@pytest.fixture
def house(make_lab: Callable[..., Lab]) -> Lab:
    """A Hydra with settings from the environment."""
    return make_lab(areas=[AREA], environ={"HYDRA_AGING_H": "3", "HYDRA_TYPO": "x"})


def test_the_labs_time_zone_is_set(house: Lab) -> None:
    changed = house.call("settings.set", name="time_zone", value="America/Chicago")
    assert (changed.value, changed.source) == ("America/Chicago", "stored")
    assert str(house.services.settings.current.zone) == "America/Chicago"
    assert house.events("settings.changed")[0].data == {"value": "America/Chicago"}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_who_set_a_value_and_when_is_shown_until_it_is_taken_back(
    make_lab: Callable[..., Lab], kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else None
    house = make_lab(areas=[AREA], database_url=url)
    anna = Actor(kind=ActorKind.PERSON, name="anna", scopes=frozenset({"admin"}))
    house.call("settings.set", name="aging_h", value=4)
    house.clock.pass_(hours=1)
    changed = house.call("settings.set", as_=anna, name="aging_h", value=5)
    assert (changed.set_by, changed.set_at) == ("anna", NOON + timedelta(hours=1))
    shown = {one.name: one for one in house.call("settings.show").settings}
    assert (shown["aging_h"].set_by, shown["time_zone"].set_by, shown["time_zone"].set_at) == ("anna", None, None)
    gone = house.call("settings.set", name="aging_h")
    assert (gone.set_by, gone.set_at) == (None, None)


def test_every_setting_is_shown_with_its_source(house: Lab) -> None:
    shown = {one.name: one for one in house.call("settings.show").settings}
    assert (shown["aging_h"].value, shown["aging_h"].source) == (3.0, "environment")
    assert shown["data_dir"].source == "command line"
    assert not shown["data_dir"].settable
    assert shown["backup.every"].source == "default"


def test_a_lane_is_sized_and_unsized(house: Lab) -> None:
    house.call("settings.set", name="lanes.gpu:forge:0", value=1)
    assert house.services.settings.current.lanes["gpu:forge:0"] == 1
    gone = house.call("settings.set", name="lanes.gpu:forge:0")
    assert gone.value is None


def test_a_wrong_or_overruled_value_is_refused(house: Lab) -> None:
    with pytest.raises(Invalid):
        house.call("settings.set", name="time_zone", value="Mars")
    with pytest.raises(Conflict):
        house.call("settings.set", name="aging_h", value=1)


def test_settings_are_an_administrators(house: Lab) -> None:
    guest = Actor(kind=ActorKind.PERSON, name="guest", scopes=frozenset({"write"}))
    with pytest.raises(Denied):
        house.call("settings.set", as_=guest, name="time_zone", value="UTC")


def test_a_password_in_a_setting_is_masked(house: Lab) -> None:
    house.services.scrubber.add("s3cret-password")
    house.call("settings.set", name="allowed_hosts", value=["s3cret-password.example"])
    assert "s3cret-password" not in house.call("settings.show").model_dump_json()


def test_a_name_that_means_nothing_is_reported(house: Lab) -> None:
    result = feeds.understood(house.context())
    assert result.status == "warn"
    assert "HYDRA_TYPO" in result.detail
