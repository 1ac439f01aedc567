"""Which events a trigger waits for, and what it makes of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hydra_lab.areas.triggers.matching import filled, fits
from hydra_lab.areas.triggers.model import When
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.journal import Event

EVENT = Event(
    id=7, at=datetime(2026, 3, 1, tzinfo=UTC), name="hooks.received", actor="hook", actor_name="/hooks/forge",
    subject="forge",
    data={"body": {"action": "opened", "number": 12, "draft": False, "labels": [{"name": "gpu"}], "note": None}},
)  # fmt: skip


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({"event": "hooks.received"}, True),
        ({"event": "hooks.*"}, True),
        ({"event": "hooks.receive"}, False),
        ({"event": "disk.*"}, False),
        ({"event": "hooks.*", "subject": "fo*"}, True),
        ({"event": "hooks.*", "subject": "other"}, False),
        ({"event": "hooks.*", "where": {"data.body.action": "opened"}}, True),
        ({"event": "hooks.*", "where": {"data.body.action": ["closed", "opened"]}}, True),
        ({"event": "hooks.*", "where": {"data.body.action": "closed"}}, False),
        ({"event": "hooks.*", "where": {"data.body.labels.0.name": {"matches": "g?u"}}}, True),
        ({"event": "hooks.*", "where": {"data.body.labels.1.name": "gpu"}}, False),
        ({"event": "hooks.*", "where": {"data.body.number": {"above": 11, "below": 13}}}, True),
        ({"event": "hooks.*", "where": {"data.body.number": {"above": 12}}}, False),
        ({"event": "hooks.*", "where": {"data.body.action": {"above": 1}}}, False),
        ({"event": "hooks.*", "where": {"data.body.draft": False}}, True),
        ({"event": "hooks.*", "where": {"data.body.draft": 0}}, False),
        ({"event": "hooks.*", "where": {"data.body.note": None}}, True),
        ({"event": "hooks.*", "where": {"data.body.absent": None}}, False),
    ],
)
def test_an_event_fits_when_every_part_does(when: dict[str, Any], expected: bool) -> None:
    assert fits(When.model_validate(when), EVENT) is expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("#{{ data.body.number }} {{data.body.action}}", "#12 opened"),
        ("{{ data.body.number }}", 12),
        ({"list": ["{{ data.body.labels }}", 3]}, {"list": [[{"name": "gpu"}], 3]}),
        ("nothing", "nothing"),
        ("note: {{ data.body.note }}", "note: "),
    ],
)
def test_a_template_takes_parts_of_the_event(template: Any, expected: Any) -> None:
    assert filled(template, EVENT) == expected


def test_a_part_that_the_event_lacks_is_named() -> None:
    with pytest.raises(Invalid, match=r"no data\.body\.branch"):
        filled({"url": "https://forge/{{ data.body.branch }}"}, EVENT)
