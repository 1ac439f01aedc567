"""What the journal says of an integration's last day."""

from datetime import timedelta

import pytest

from hydra_lab.areas.integrations.pages import changes
from hydra_lab.kernel.journal import Event
from tests.lab import NOON


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("", []),
        ("configured connected", [(0, ""), (1, "ok")]),
        ("connected lost back", [(0, "ok"), (1, "bad"), (2, "ok")]),
        ("connected configured lost", [(0, "ok"), (2, "bad")]),
        ("connected configured configured connected", [(0, "ok"), (1, ""), (3, "ok")]),
    ],
)
def test_a_first_answer_means_that_nobody_knew_since_it_was_configured(told: str, found: list[tuple[int, str]]) -> None:
    events = [
        Event(id=hour, at=NOON + timedelta(hours=hour), name=f"integrations.{name}", actor="hydra", actor_name="hydra")
        for hour, name in enumerate(told.split())
    ]
    assert changes(events) == [(NOON + timedelta(hours=hour), state) for hour, state in found]
