"""Settings are changed while Hydra runs, kept over a restart, and never against what a stronger source says."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.settings import Settings
from tests.lab import OWNER, Lab


def change(lab: Lab, name: str, value: Any) -> None:
    """Set one setting."""
    with lab.services.database.begin() as connection:
        lab.services.settings.set(connection, name, value, OWNER)


def test_a_changed_setting_is_in_force_at_once_and_tells_who_listens(lab: Lab) -> None:
    heard: list[Settings] = []
    lab.services.settings.subscribe(heard.append)
    change(lab, "time_zone", "Europe/Berlin")
    assert lab.services.settings.current.time_zone == "Europe/Berlin"
    assert [one.time_zone for one in heard] == ["Europe/Berlin"]
    assert lab.services.settings.sources()["time_zone"] == "stored"


def test_a_setting_that_is_rolled_back_is_not_in_force(lab: Lab) -> None:
    with suppress(RuntimeError), lab.services.database.begin() as connection:
        lab.services.settings.set(connection, "aging_h", 1.0, OWNER)
        raise RuntimeError
    assert lab.services.settings.current.aging_h == 6.0


def test_a_setting_is_kept_over_a_restart(lab: Lab, make_lab: Callable[..., Lab]) -> None:
    change(lab, "backup.keep", 3)
    change(lab, "lanes.gpu:forge:0", 2)
    again = make_lab().services
    with again.database.read() as connection:
        again.settings.load(connection)
    assert again.settings.current.backup.keep == 3
    assert again.settings.current.lanes == {"default": 8, "inference": 2, "models": 16, "gpu:forge:0": 2}


def test_a_setting_can_be_taken_back(lab: Lab) -> None:
    change(lab, "aging_h", 2.0)
    change(lab, "aging_h", None)
    assert lab.services.settings.current.aging_h == 6.0
    assert lab.services.settings.sources()["aging_h"] == "default"


def test_what_the_environment_sets_is_not_set_here(make_lab: Callable[..., Lab]) -> None:
    lab = make_lab(environ={"HYDRA_AGING_H": "3"})
    with pytest.raises(Conflict, match="HYDRA_AGING_H"):
        change(lab, "aging_h", 2.0)


def test_what_is_read_at_start_is_not_set_here(lab: Lab) -> None:
    with pytest.raises(Invalid) as caught:
        change(lab, "port", 1)
    assert "HYDRA_PORT" in (caught.value.fix or "")


@pytest.mark.parametrize(("name", "value"), [("time_zone", "Mars"), ("lanes.default", -1), ("overnight", "x")])
def test_a_wrong_value_is_refused(lab: Lab, name: str, value: Any) -> None:
    with pytest.raises(Invalid):
        change(lab, name, value)


@pytest.mark.parametrize("name", ["colour", "lanes.", "backup", "backup.colour"])
def test_an_unknown_setting_is_refused(lab: Lab, name: str) -> None:
    with pytest.raises(NotFound):
        change(lab, name, 1)


def test_a_stored_value_that_no_longer_fits_does_not_keep_hydra_from_starting(lab: Lab) -> None:
    from hydra_lab.kernel.settings import store

    with lab.services.database.begin() as connection:
        store.put(connection, "aging_h", "long", "owner", lab.clock.now())
        store.put(connection, "gone", 1, "owner", lab.clock.now())
    with lab.services.database.read() as connection:
        lab.services.settings.load(connection)
    assert lab.services.settings.current.aging_h == 6.0
    assert lab.services.settings.one("aging_h").ignored == "long"


def test_every_setting_is_listed_with_its_meaning(lab: Lab) -> None:
    rows = lab.services.settings.listed()
    assert [one.name for one in rows if not one.about] == []
    assert {"time_zone", "lanes.default", "http.allowed_hosts", "retention.items_days"} <= {one.name for one in rows}
