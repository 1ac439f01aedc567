"""Matchers as text, which alerts are news, and windows that come back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.areas.alerts.model import Told, parsed, polled, received, written
from hydra_lab.areas.alerts.recurring import opened
from hydra_lab.kernel.capabilities import Alert, Matcher
from hydra_lab.kernel.errors import Invalid

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=1)


@given(st.builds(Matcher, name=st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]*", fullmatch=True), value=st.text(),
                 is_regex=st.booleans(), is_equal=st.booleans()))  # fmt: skip
def test_a_matcher_is_the_same_after_it_was_written(one: Matcher) -> None:
    assert parsed(written(one)) == one


@pytest.mark.parametrize(
    ("text", "value", "is_regex", "is_equal"),
    [('a="b"', "b", False, True), ("a != b c", "b c", False, False), (r'a=~"\d+"', r"\d+", True, True),
     ('a!~""', "", True, False), (r'a="x\"y\\z\n"', 'x"y\\z\n', False, True)],
)  # fmt: skip
def test_a_matcher_is_read_as_amtool_reads_it(text: str, value: str, is_regex: bool, is_equal: bool) -> None:
    assert parsed(text) == Matcher(name="a", value=value, is_regex=is_regex, is_equal=is_equal)


@pytest.mark.parametrize("text", ["", "a", "a b", '="b"', '1a="b"', 'a="b', 'a="b"c"', "a-b=c"])
def test_what_is_no_matcher_is_told(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parsed(text)
    assert caught.value.fix


def alert(fingerprint: str = "f", *, suppressed: bool = False, starts_at: datetime = BEFORE) -> Alert:
    """An alert that fires."""
    return Alert(fingerprint=fingerprint, labels={"alertname": "Hot"}, starts_at=starts_at, suppressed=suppressed)


def told(*, firing: bool, changed_at: datetime = BEFORE, source: str = "poll") -> dict[str, Told]:
    """It, as it was told of."""
    one = Told(fingerprint="f", labels={}, annotations={}, starts_at=BEFORE, firing=firing, changed_at=changed_at,
               source="poll" if source == "poll" else "webhook")  # fmt: skip
    return {"f": one}


def test_a_look_tells_what_began_and_ended_once() -> None:
    assert [one.fingerprint for one in polled([alert()], {}, NOW).fired] == ["f"]
    assert polled([alert()], told(firing=True), NOW).fired == ()
    assert [one.fingerprint for one in polled([], told(firing=True), NOW).resolved] == ["f"]
    assert polled([], told(firing=False), NOW).resolved == ()
    assert [one.fingerprint for one in polled([alert()], told(firing=False), NOW).fired] == ["f"]


def test_a_suppressed_alert_neither_begins_nor_ends() -> None:
    assert polled([alert(suppressed=True)], {}, NOW).fired == ()
    assert polled([alert(suppressed=True)], told(firing=True), NOW).resolved == ()


def test_what_a_webhook_told_while_a_look_was_under_way_is_newer() -> None:
    assert polled([alert()], told(firing=False, changed_at=NOW), NOW).fired == ()
    assert polled([], told(firing=True, changed_at=NOW), NOW).resolved == ()


def test_a_webhook_that_comes_late_tells_nothing_again() -> None:
    assert received([alert()], (), told(firing=True)).fired == ()
    assert received([], ["f"], told(firing=False)).resolved == ()
    assert received([alert()], (), told(firing=False)).fired == ()
    again = received([alert(starts_at=NOW)], (), told(firing=False))
    assert [one.fingerprint for one in again.fired] == ["f"]
    assert received([alert()], (), told(firing=False, source="webhook")).fired != ()


@pytest.mark.parametrize(
    ("now", "end"),
    [("2026-03-01T01:30", "2026-03-01T03:00"), ("2026-03-01T00:59", None), ("2026-03-01T03:00", None),
     ("2026-03-02T01:30", None)],
)  # fmt: skip
def test_a_window_is_open_between_its_times_only(now: str, end: str | None) -> None:
    window = opened("0 2 * * 0", "Europe/Berlin", 120, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (window[1] if window else None) == (datetime.fromisoformat(end).replace(tzinfo=UTC) if end else None)
