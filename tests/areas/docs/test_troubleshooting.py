"""The troubleshooting guide: real incidents, counted once, with what was seen to fix them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hydra_lab.areas.docs.guide import guide
from hydra_lab.areas.docs.incidents import problems
from hydra_lab.kernel.journal.model import Event

START = datetime(2026, 3, 1, tzinfo=UTC)


def event(minute: int, name: str, *, item: str | None = None, actor: str = "hydra", **data: Any) -> Event:
    subject = data.pop("subject", None)
    at = START + timedelta(minutes=minute)
    return Event(id=minute, at=at, name=name, actor=actor, actor_name="x", item=item, subject=subject, data=data)


def failed(minute: int, item: str, detail: str, name: str = "items.failed") -> Event:
    error = {"code": "unavailable", "detail": detail, "fix": "Start it."}
    return event(minute, name, item=item, operation="http.call", error=error, subject="Ring the bell")


def test_the_same_error_with_other_numbers_is_one_problem_and_its_fix_is_named() -> None:
    found = problems(
        [
            failed(0, "a", "127.0.0.1:81 did not answer in 10 s.", "items.held"),
            failed(1, "b", "127.0.0.1:95 did not answer in 30 s."),
            event(5, "settings.changed", actor="person", subject="http.allowed_hosts"),
            event(9, "items.done", item="a", operation="http.call"),
            failed(20, "c", "127.0.0.1:81 did not answer in 10 s."),
        ]
    )
    assert len(found) == 1
    (one,) = found
    assert (len(one.incidents), one.open) == (3, 1)
    assert one.fixes == {"a person: settings.changed (http.allowed_hosts)": 2}
    assert one.usual_time in (timedelta(minutes=8), timedelta(minutes=9))
    text = guide(found, since=None, until=START + timedelta(days=1), events=5)
    assert "settings.changed" in text
    assert "1 without a later success" in text
    assert "Start it." in text


def test_what_worked_on_a_later_try_credits_nobody() -> None:
    (one,) = problems(
        [
            failed(0, "a", "It was busy.", "items.held"),
            event(1, "items.paused", item="other", actor="person"),
            event(3, "items.done", item="a", operation="http.call"),
        ]
    )
    assert one.fixes == {"nothing a person did: it worked on a later try": 1}


def test_a_source_that_was_lost_and_came_back_is_an_incident() -> None:
    (one,) = problems(
        [
            event(0, "integrations.lost", subject="prometheus", detail="Prometheus cannot be reached."),
            event(7, "integrations.back", subject="prometheus"),
        ]
    )
    assert one.usual_time == timedelta(minutes=7)


def test_a_quiet_journal_says_so_and_how_much_was_read() -> None:
    text = guide([], since=START, until=START, events=12)
    assert "12 entries read" in text
    assert "No failure was recorded" in text
