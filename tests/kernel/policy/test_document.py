"""policy.yaml is read whole or not at all, and all its mistakes are named."""

from contextlib import suppress
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.policy.document import read_rules

NIGHT = (time(22), time(7))


@pytest.mark.parametrize("text", ["", "# nothing yet", "rules:", "rules: []", "version: 1", "{}", "null"])
def test_an_empty_file_has_no_rules(text: str) -> None:
    if text == "rules:":
        with pytest.raises(Invalid):
            read_rules(text, NIGHT)
    else:
        assert read_rules(text, NIGHT) == ()


def test_a_rule_says_where_it_stands() -> None:
    rules = read_rules("rules: [{then: deny}, {name: quiet nights, then: ask}]", NIGHT)
    assert [rule.name for rule in rules] == ["policy.yaml:1", "policy.yaml:2 quiet nights"]
    assert rules[0].reason == "rule 1 of policy.yaml forbids it"


@pytest.mark.parametrize(
    ("span", "expected"), [("90m", {"minutes": 90}), ("12h", {"hours": 12}), ("1.5d", {"days": 1.5})]
)
def test_durations_are_written_short(span: str, expected: dict[str, float]) -> None:
    assert read_rules(f"rules: [{{then: ask, lapse: {span}}}]", NIGHT)[0].lapse == timedelta(**expected)


def test_every_mistake_is_named() -> None:
    text = """
    rules:
      - {operation: x, then: maybe}
      - {then: allow, hours: late}
      - {then: allow, actor: robot, colour: red}
      - {then: ask, lapse: soon}
      - {operation: y}
    """
    with pytest.raises(Invalid) as caught:
        read_rules(text, NIGHT)
    assert [one["field"] for one in caught.value.problems] == [
        "rules.0.then", "rules.1.hours", "rules.2.actor", "rules.2.colour", "rules.3.lapse", "rules.4.then",
    ]  # fmt: skip
    assert "(and 5 more)" in caught.value.detail


@pytest.mark.parametrize(
    "text",
    ["rules: [", "- a", "rules: {then: allow}", "just words", "version: 2", "\0", "rules: " + "[" * 5000,
     "x" * (1 << 21), "!!python/object/apply:os.system [ls]", "rules: [{then: allow, hours: 22:00}]"],
)  # fmt: skip
def test_what_is_no_policy_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_rules(text, NIGHT)
    assert caught.value.fix


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert isinstance(read_rules(text, NIGHT), tuple)
