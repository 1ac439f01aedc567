"""A system that answers while a part of it does not: who needs that part waits for it, and only they."""

from collections.abc import Callable
from typing import Any

import pytest

from hydra_lab.kernel.integration import Integration, IntegrationSettings, Probe
from tests.lab import Lab

LOST: dict[str, str] = {}


class FleetSettings(IntegrationSettings):
    """Where the fleet is."""

    harbour: str


FLEET = Integration(
    name="fleet", title="Fleet", what="Sails.", settings=FleetSettings, versions=(), secret_name="a fleet",
    probe=lambda settings, http: Probe(detail="it sails", degraded=bool(LOST), lost=dict(LOST)),
    reference="https://fleet.example", how_to="Build one.", provides={"ship_host": lambda settings, http: None},
)  # fmt: skip


@pytest.fixture
def fleet(make_lab: Callable[..., Lab]) -> Any:
    """The integrations of a lab with a fleet, of which one ship is lost."""
    LOST.clear()
    LOST["argo"] = "No ship at all was seen."
    found = make_lab(integrations=[FLEET], environ={"HYDRA_FLEET__HARBOUR": "home"}).services.integrations
    found.probe("fleet")
    return found


def test_only_who_needs_the_lost_part_waits(fleet: Any) -> None:
    needs = ("fleet", "ship_host", "ship_host@dove", "ship_host@argo", "fleet@argo")
    assert [fleet.ready(need) for need in needs] == [True, True, True, False, False]
    assert [fleet.check(need) for need in needs] == [True, True, True, False, False]
    assert fleet.requirement_sentence("ship_host@argo")[0] == (
        "waits for Fleet on argo to answer: No ship at all was seen"
    )


def test_it_is_told_when_the_part_is_back(fleet: Any) -> None:
    told: list[str] = []
    fleet.on_change(told.append)
    fleet.probe("fleet")
    assert told == []
    LOST.clear()
    fleet.probe("fleet")
    assert sorted(told) == ["fleet@argo", "ship_host@argo"]
    assert fleet.ready("ship_host@argo")
