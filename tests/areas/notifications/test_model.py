"""Rules: what they speak of, which hours are quiet, and what makes no sense."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from hydra_lab.areas.notifications.model import Happening, Rule, fits, quiet_until
from hydra_lab.areas.notifications.rules import built_in
from hydra_lab.kernel.capabilities import Severity
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.work import Item, Priority, State

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)  # the night in which the clocks go forward


def rule(**more: Any) -> Rule:
    """A rule about items that are done or failed."""
    return Rule.model_validate({"id": "mine", "title": "Mine", "events": ["items."], **more})


def happening(name: str, priority: Priority = Priority.MEDIUM, **data: Any) -> Happening:
    """Something happened to an item of the backlog's second tier."""
    item = Item(
        id="1", title="x", operation="benchmarks.run", input={}, priority=priority, state=State.DONE, tier=2,
        created_at=AT, created_by="backlog:lab",
    )  # fmt: skip
    event = Event(id=1, at=AT, name=name, actor="hydra", actor_name="hydra", item="1", data=data)
    return Happening(event=event, item=item)


@pytest.mark.parametrize(
    ("more", "fit"),
    [({}, True), ({"enabled": False}, False), ({"events": ["approvals."]}, False), ({"tiers": [2]}, True),
     ({"tiers": [1]}, False), ({"operations": ["bench*"]}, True), ({"operations": ["research.*"]}, False),
     ({"made_by": ["backlog:*"]}, True), ({"made_by": ["schedule:*"]}, False), ({"at_least": "warning"}, False)],
)  # fmt: skip
def test_every_part_of_a_rule_must_fit(more: dict[str, Any], fit: bool) -> None:
    assert fits(rule(**more), happening("items.done")) is fit


@pytest.mark.parametrize(
    ("name", "priority", "severity"),
    [("items.done", Priority.HIGH, Severity.SUCCESS), ("items.failed", Priority.HIGH, Severity.WARNING),
     ("items.failed", Priority.CRITICAL, Severity.CRITICAL), ("disk.low", Priority.LOW, Severity.CRITICAL),
     ("items.planned", Priority.LOW, Severity.INFO)],
)  # fmt: skip
def test_how_much_something_matters_is_built_in(name: str, priority: Priority, severity: Severity) -> None:
    assert happening(name, priority).severity is severity


def test_the_night_ends_by_the_labs_clock_also_when_it_is_an_hour_shorter() -> None:
    night = rule(quiet="overnight")
    ends = quiet_until(night, Severity.WARNING, AT, BERLIN, "22:00-07:00")
    assert ends == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)  # 07:00 in summer time
    assert quiet_until(night, Severity.CRITICAL, AT, BERLIN, "22:00-07:00") is None
    assert quiet_until(night, Severity.WARNING, ends, BERLIN, "22:00-07:00") is None
    assert quiet_until(rule(), Severity.WARNING, AT, BERLIN, "22:00-07:00") is None


def test_built_in_rules_leave_room_before_them_for_ones_own() -> None:
    assert min(one.place for one in built_in().values()) > rule().place
    assert not [one.id for one in built_in().values() if one.channels]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"quiet": "at night"}, "quiet"), ({"events": []}, "events"), ({"events": ["Items!"]}, "events"),
     ({"group_min": -1}, "group_min"), ({"at_least": "loud"}, "at_least"), ({"id": "A b"}, "id")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        rule(**wrong)
    assert caught.value.errors()[0]["loc"][0] == field
