"""What of a container counts as told when an event of it was, however late it is looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hydra_lab.areas.containers.model import as_told, changed, ended_unheard
from hydra_lab.kernel.capabilities import Container, Happened

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float | None) -> datetime | None:
    """So long after noon."""
    return None if seconds is None else NOON + timedelta(seconds=seconds)


def container(began: float | None, ended: float | None, state: str = "running") -> Container:
    """One that began and ended then."""
    return Container(
        id="c1",
        name="web",
        image="web:1",
        image_id="sha256:1",
        state=state,
        started_at=at(began),
        finished_at=at(ended),
    )


def happened(action: str, seconds: float) -> Happened:
    """An event of it."""
    return Happened(
        at_ns=int((NOON + timedelta(seconds=seconds)).timestamp() * 10**9), action=action, id="c1", name="web", image=""
    )


@pytest.mark.parametrize(
    ("action", "seconds", "before", "now", "found"),
    [
        ("create", 1, None, (2, 3), ["start", "die"]),
        ("start", 2.1, (None, None), (2, None), []),
        ("start", 2.1, (None, None), (2, 2.05, "exited"), ["die"]),
        ("start", 2.1, (None, None), (2, 1.99, "exited"), ["die"]),
        ("die", 3.1, (2, None), (2, 3), []),
        ("die", 3.1, (2, None), (4, 3), ["start"]),
        ("kill", 3, (2, None), (4, 3.5), ["die", "start"]),
    ],
)
def test_what_an_event_does_not_tell_is_found_by_a_look_should_the_stream_end(
    action: str, seconds: float, before: Any, now: Any, found: list[str]
) -> None:
    after = container(*now)
    kept = as_told(after, before and container(*before), happened(action, seconds))
    assert [one.action for one in changed(kept, after)] == found


@pytest.mark.parametrize(
    ("action", "seconds", "before", "now", "is_unheard"),
    [
        ("start", 9, (2, None), (8, 5), True),
        ("start", 9, (2, 5), (8, 5), False),
        ("start", 2.1, (None, None), (2, 2.05, "exited"), False),
        ("start", 2.1, (None, None), (2, 1.99, "exited"), False),
        ("start", 2.1, (None, None), (4, 2.05), False),
        ("die", 9, (2, None), (8, 5), False),
        ("start", 9, None, (8, 5), False),
    ],
)
def test_an_end_is_unheard_where_it_began_anew_and_no_end_was_told(
    action: str, seconds: float, before: Any, now: Any, is_unheard: bool
) -> None:
    told = ended_unheard(container(*now), before and container(*before), happened(action, seconds))
    assert told is is_unheard


def test_what_has_ended_is_not_told_to_be_unhealthy() -> None:
    before, after = container(2, None), container(2, 3, "exited")
    found = changed(replace(before, health="healthy"), replace(after, health="unhealthy"))
    assert [one.action for one in found] == ["die"]
