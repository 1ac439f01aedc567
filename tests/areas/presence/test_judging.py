"""Rules of presence: what is unknown is never taken for yes or no, and the first by priority decides."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hydra_lab.areas.presence.judging import Known, Verdict, judge
from hydra_lab.areas.presence.model import DEFAULT_RULES, Condition, Rule, Rules, Seen

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def seen(id: str, value: str | None, *, minutes: float = 60, source: str = "home_assistant") -> Seen:
    """Something that has been as it is for so long."""
    since = NOW - timedelta(minutes=minutes)
    return Seen(source=source, id=id, name=id.partition(".")[2], value=value, last=value, since=since)


def said(*things: Seen, rules: Rules = DEFAULT_RULES, complete: bool = True) -> Verdict:
    """What the rules say."""
    known = Known(seen=things, complete=complete, now=NOW, zone=ZoneInfo("Europe/Berlin"), overnight="22:00-07:00")
    return judge(rules.rules, known)


@pytest.mark.parametrize(
    ("things", "state"),
    [
        ((seen("person.a", "home"), seen("person.b", "not_home")), "home"),
        ((seen("person.a", "not_home"), seen("person.b", "Work")), "away"),
        ((seen("person.a", "not_home", minutes=4.9), seen("person.b", "not_home")), None),
        ((seen("person.a", "not_home"), seen("person.b", None)), None),
        ((seen("person.a", "home"), seen("person.b", None)), "home"),
        ((seen("person.a", None),), None),
        ((seen("person.a", "Home"), seen("input_select.house_mode", "Sleep")), "sleep"),
        ((seen("person.a", "not_home"), seen("input_select.house_mode", "vacation")), "vacation"),
        ((seen("person.a", "home"), seen("input_select.house_mode", None)), None),
        ((seen("person.a", "not_home"), seen("person.a", "home", source="mqtt")), "home"),
        ((), None),
    ],
)
def test_the_usual_rules(things: tuple[Seen, ...], state: str | None) -> None:
    verdict = said(*things)
    assert verdict.state == state
    assert verdict.why.endswith(".")


def test_a_source_that_has_not_told_yet_leaves_the_state_unknown() -> None:
    verdict = said(seen("person.a", "home"), complete=False)
    assert verdict.state is None
    assert "input_select.house_mode was not told of yet" in verdict.why


def test_an_unknown_rule_does_not_matter_where_it_would_lead_to_the_same() -> None:
    rules = Rules(rules=[
        Rule(id="tracker", state="home", priority=9, when=[Condition(of="person.b", is_one_of=["home"])]),
        Rule(id="switch", state="home", when=[Condition(of="input_boolean.in", is_one_of=["on"])], priority=5),
    ])  # fmt: skip
    verdict = said(seen("person.b", None), seen("input_boolean.in", "on"), rules=rules)
    assert (verdict.state, verdict.rule) == ("home", "switch")


def test_hours_are_the_labs_and_a_paused_rule_says_nothing() -> None:
    night = Rule(id="night", state="sleep", when=[Condition(every=False, is_one_of=["home"])], hours="overnight")
    verdict = said(seen("person.a", "home"), rules=Rules(rules=[night]))
    assert (verdict.state, verdict.rules[0].why) == (None, "its hours begin at 22:00")
    paused = night.model_copy(update={"hours": None, "paused": True})
    assert said(seen("person.a", "home"), rules=Rules(rules=[paused])).state is None


VALUES = st.sampled_from(["home", "not_home", "Work", None])


@given(values=st.lists(VALUES, min_size=1, max_size=5), which=st.integers(0, 4))
def test_that_somebody_becomes_unknown_never_sends_everybody_away(values: list[str | None], which: int) -> None:
    before = said(*(seen(f"person.{place}", value) for place, value in enumerate(values)))
    values[which % len(values)] = None
    after = said(*(seen(f"person.{place}", value) for place, value in enumerate(values)))
    assert after.state != "away"
    assert before.state == "home" or after.state in (None, before.state)


@pytest.mark.parametrize(
    "wrong",
    [{"of": "person.*"}, {"is_one_of": ["home"], "is_none_of": ["home"]}, {"is_one_of": ["home"], "for_minutes": -1}],
)
def test_a_condition_says_one_thing(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)
