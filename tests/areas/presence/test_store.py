"""What presence keeps, on each kind of database: what sources told, the state, energy by day."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hydra_lab.areas.presence import AREA, store
from hydra_lab.areas.presence.deciding import decide
from hydra_lab.areas.presence.eco import energy
from hydra_lab.areas.presence.eco import store as eco
from hydra_lab.areas.presence.eco.using import Day, Days
from hydra_lab.areas.presence.eco.using import energy as shown
from hydra_lab.areas.presence.following import Follower
from hydra_lab.areas.presence.model import Override
from hydra_lab.kernel.capabilities import Gpu, Sighting
from hydra_lab.kernel.integration import Integration, IntegrationSettings, Probe
from hydra_lab.kernel.work import migrations as work
from tests.lab import NOON, Lab


class Script:
    """A source that tells what a test wants, then is silent."""

    told: list[Sighting | None] = []

    def follow(self, quiet_s: float) -> Iterator[Sighting | None]:
        """What it was given."""
        yield from self.told


SCRIPT = Integration(
    name="script", title="Script", what="Tells who is at home.", settings=IntegrationSettings,
    probe=lambda settings, http: Probe(detail="there"), secret_name="a script", how_to="Write one.",
    reference="https://example.org", provides={"presence_source": lambda settings, http: Script()},
)  # fmt: skip


@pytest.fixture
def lab(make_lab: Callable[..., Lab], database_url: str) -> Lab:
    """A small Hydra with presence and a source."""
    return make_lab(areas=[AREA], integrations=[SCRIPT], database_url=database_url, rooms={"work": work.MIGRATIONS})


def follow(lab: Lab, *told: Sighting | None) -> None:
    """Have a source tell something."""
    Script.told = list(told)
    follower = Follower(lab.context(), "script")
    follower._follow(Script())


def person(value: str | None, **more: Any) -> Sighting:
    """The owner, somewhere."""
    return Sighting(id="person.owner", name="Owner", value=value, **more)


def state(lab: Lab) -> str | None:
    """The state, after it was decided on."""
    decide(lab.context())
    with lab.services.database.read() as connection:
        return store.standing(connection).state


def test_everyone_must_have_left_for_five_minutes_and_the_source_must_still_be_there(lab: Lab) -> None:
    follow(lab, person("home"), None)
    assert state(lab) == "home"
    follow(lab, person("home"), None, person("not_home"))
    lab.clock.pass_(minutes=4, seconds=59)
    follow(lab, person("not_home", since=NOON), None)
    assert state(lab) == "home"
    lab.clock.pass_(minutes=2)
    assert state(lab) == "home", "nothing was heard of the source for two minutes"
    follow(lab, person("not_home", since=NOON), None)
    assert state(lab) == "away"
    assert lab.names("presence.")[-2:] == ["presence.left", "presence.changed"]


def test_a_restart_of_the_source_does_not_make_anybody_leave_or_come(lab: Lab) -> None:
    follow(lab, person("home"), None)
    follow(lab, person(None), None, person("home"))
    assert "presence.left" not in lab.names("presence.")
    assert "presence.arrived" not in lab.names("presence.")


def test_what_a_source_tells_no_more_is_forgotten(lab: Lab) -> None:
    follow(lab, person("home"), Sighting(id="zone.home", name="Home", value="1"), None)
    follow(lab, person("home"), None)
    with lab.services.database.read() as connection:
        assert [one.id for one in store.all_seen(connection, NOON)] == ["person.owner"]


def test_an_override_ends_by_itself_and_the_rules_decide_at_once(lab: Lab) -> None:
    follow(lab, person("home"), None)
    assert state(lab) == "home"
    until = NOON + timedelta(seconds=20)
    override = Override(state="vacation", until=until, by="person:owner", reason=None)
    with lab.services.database.begin() as connection:
        before = store.standing(connection)
        store.put_standing(connection, before.model_copy(update={"override": override, "state": "vacation"}))
    assert state(lab) == "vacation"
    lab.clock.pass_(seconds=21)
    assert state(lab) == "home"
    assert "presence.override_ended" in lab.names("presence.")


def test_energy_is_what_was_measured_and_says_how_much_is_missing(lab: Lab) -> None:
    card = Gpu(node="atlas", index=0, uuid="GPU-1", name="RTX 3090", power_w=360.0, at=NOON, source="SSH")
    for seconds in (0, 15, 30, 3600, 3615):
        energy.count(lab.context(), [replace(card, at=NOON + timedelta(seconds=seconds))])
    energy.count(lab.context(), [replace(card, at=NOON + timedelta(seconds=3630), power_w=None)])
    energy.count(lab.context(), [replace(card, at=NOON + timedelta(seconds=3645))])
    lab.clock.pass_(seconds=3645)
    (day,) = shown(lab.context(), Days(days=1)).days
    assert isinstance(day, Day)
    assert (day.day, day.kwh, day.complete) == ("2025-12-19", 0.0045, False)  # 45 s of 360 W
    assert (day.cards[0].measured_s, day.cards[0].missing_s > 3600) == (45, True)


def test_what_a_card_was_outlives_what_was_set(lab: Lab) -> None:
    card = Gpu(node="atlas", index=0, uuid="GPU-1", name="RTX 3090", power_limit_w=350.0, at=NOON, source="SSH")
    with lab.services.database.begin() as connection:
        eco.keep_card(connection, card, before_w=350, set_w=200, trouble="it is being set")
        eco.note_trouble(connection, "atlas", "does not answer")
    with lab.services.database.read() as connection:
        assert eco.lowered_on(connection, "atlas") == [("GPU-1", "RTX 3090", 350.0)]
        assert eco.is_to_be_mended(connection, "atlas")
    with lab.services.database.begin() as connection:
        eco.keep_card(connection, card, before_w=None, set_w=None, trouble=None)
    with lab.services.database.read() as connection:
        assert not eco.is_to_be_mended(connection, "atlas")
        assert eco.lowered_on(connection, "atlas") == []
