"""Losing an outside system is said once, its return is said once, and who waits is told at once."""

import threading
import time
from collections.abc import Callable

import pytest

from hydra_lab.kernel.integrations import Status
from tests.kernel.integrations.products import BABBLING, GONE, REFUSING, Lamp
from tests.lab import OWNER, Lab

ENVIRON = {"HYDRA_LAMP__TOKEN": "a-very-secret-token"}


@pytest.fixture
def lamp() -> Lamp:
    """The outside system."""
    return Lamp()


@pytest.fixture
def house(make_lab: Callable[..., Lab], lamp: Lamp) -> Lab:
    """A Hydra with a configured lamp."""
    return make_lab(integrations=[lamp.integration()], environ=ENVIRON)


def probe(lab: Lab) -> Status:
    """Ask the lamp."""
    return lab.services.integrations.probe("lamp").status


def beat(lab: Lab, lamp: Lamp) -> int:
    """How many probes a beat makes."""
    before = len(lamp.asked)
    lab.services.integrations.beat()
    for thread in threading.enumerate():
        if thread.name.startswith("probe-"):
            thread.join()
    return len(lamp.asked) - before


@pytest.mark.parametrize(
    ("raises", "status"),
    [(GONE, Status.UNREACHABLE), (REFUSING, Status.DENIED), (BABBLING, Status.UNREACHABLE),
     (ValueError("odd"), Status.UNREACHABLE), (None, Status.CONNECTED)],
)  # fmt: skip
def test_each_answer_is_a_status(house: Lab, lamp: Lamp, raises: Exception | None, status: Status) -> None:
    lamp.raises = raises
    assert probe(house) is status
    assert house.services.integrations.ready("lamp") == (raises is None)


def test_a_degraded_system_can_be_worked_with(house: Lab, lamp: Lamp) -> None:
    lamp.degraded = True
    assert probe(house) is Status.DEGRADED
    assert house.services.integrations.ready("lamp")


def test_lost_and_back_are_said_once_each(house: Lab, lamp: Lamp) -> None:
    probe(house)
    lamp.raises = GONE
    house.clock.pass_(minutes=1)
    probe(house)
    house.clock.pass_(minutes=1)
    lamp.raises = REFUSING
    probe(house)
    house.clock.pass_(minutes=1)
    lamp.raises = None
    probe(house)
    probe(house)
    assert house.names("integrations.") == ["integrations.connected", "integrations.lost", "integrations.back"]
    assert house.events("integrations.back")[0].data["after_s"] == 60  # since the status it had last began
    assert house.events("integrations.lost")[0].subject == "lamp"


def test_a_loss_is_not_said_again_after_a_restart(house: Lab, lamp: Lamp, make_lab: Callable[..., Lab]) -> None:
    lamp.raises = GONE
    probe(house)
    again = make_lab(integrations=[lamp.integration()], environ=ENVIRON)
    probe(again)
    assert again.names("integrations.") == ["integrations.lost"]
    assert again.services.integrations.state("lamp").since == house.services.integrations.state("lamp").since


def test_who_waits_is_told_when_readiness_changes(house: Lab, lamp: Lamp) -> None:
    told: list[str] = []
    house.services.integrations.on_change(told.append)
    probe(house)
    probe(house)
    assert told == ["lamp", "light"]
    lamp.raises = GONE
    probe(house)
    assert told == ["lamp", "light"] * 2


def test_who_waits_is_told_outside_of_the_transaction(make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    lab, seen = make_lab(integrations=[lamp.integration()]), []

    def listen(need: str) -> None:
        with lab.services.database.begin():
            seen.append((need, lab.services.integrations.ready(need)))

    lab.services.integrations.on_change(listen)
    with lab.services.database.begin() as connection:
        lab.services.integrations.configure(connection, "lamp", {"token": "a-very-secret-token"}, OWNER)
    assert seen == [("lamp", True), ("light", True)]


def test_a_beat_asks_each_system_as_often_as_it_wants(house: Lab, lamp: Lamp) -> None:
    assert beat(house, lamp) == 1
    house.clock.pass_(seconds=59)
    assert beat(house, lamp) == 0
    house.clock.pass_(seconds=1)
    assert beat(house, lamp) == 1


def test_a_lost_system_is_asked_more_often(house: Lab, lamp: Lamp) -> None:
    lamp.raises = GONE
    probe(house)
    house.clock.pass_(seconds=15)
    assert beat(house, lamp) == 1


def test_a_beat_does_not_wait_for_a_system_that_hangs(house: Lab, lamp: Lamp) -> None:
    hanging = threading.Event()
    lamp.meanwhile = lambda: hanging.wait(10) and None
    began = time.monotonic()
    house.services.integrations.beat()
    house.services.integrations.beat()
    assert time.monotonic() - began < 1
    hanging.set()
    beat(house, lamp)
    assert len(lamp.asked) == 1


def test_what_nobody_configured_is_not_asked(make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    assert beat(make_lab(integrations=[lamp.integration()]), lamp) == 0


def test_settings_changed_during_a_probe_are_probed_themselves(make_lab: Callable[..., Lab], lamp: Lamp) -> None:
    lab = make_lab(integrations=[lamp.integration()])
    runtime = lab.services.integrations
    with lab.services.database.begin() as connection:
        runtime.configure(connection, "lamp", {"token": "the-first-token"}, OWNER)

    def change() -> None:
        with lab.services.database.begin() as connection:
            runtime._configured.put(connection, "lamp", {"token": "the-second-token"}, OWNER)
        runtime._configured.forget()

    lamp.meanwhile = change
    probe(lab)
    tokens = [one.token.get_secret_value() for one in lamp.asked]
    assert tokens == ["the-first-token", "the-first-token", "the-second-token"]


def test_a_secret_in_what_a_probe_says_is_masked(house: Lab, lamp: Lamp) -> None:
    lamp.raises = ValueError("bad header a-very-secret-token")
    probe(house)
    assert "a-very-secret-token" not in repr((house.services.integrations.state("lamp"), house.events()))


def test_on_postgres_another_node_takes_up_what_was_configured(
    postgres_url: str, make_lab: Callable[..., Lab], lamp: Lamp
) -> None:
    one = make_lab(integrations=[lamp.integration()], database_url=postgres_url)
    other = make_lab(integrations=[lamp.integration()], database_url=postgres_url)
    assert beat(other, lamp) == 0
    with one.services.database.begin() as connection:
        one.services.integrations.configure(connection, "lamp", {"token": "a-very-secret-token"}, OWNER)
    assert beat(other, lamp) >= 1
    assert other.services.integrations.ready("lamp")
    assert one.names("integrations.") == ["integrations.configured", "integrations.connected"]
