"""The matching rules that come with Hydra, as data."""

import re

import pytest

from hydra_lab.app import found_rooms
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.planning.plan import plan
from hydra_lab.areas.backlog.planning.rules import Rule, read_rules, shipped_rules
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.operation import NAME
from hydra_lab.kernel.policy.floors import FLOORS
from tests.areas.backlog.documents import EXAMPLE, SEED, catalogue

RULES = shipped_rules()
ENTRIES = [entry for text in (SEED, EXAMPLE) for entry in parse(text).entries]


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.name)
def test_each_rule_names_an_operation_and_says_why(rule: Rule) -> None:
    assert NAME.match(rule.operation)
    assert rule.because.endswith(".")


def test_rule_names_are_used_once() -> None:
    names = [rule.name for rule in RULES.rules]
    assert len(names) == len(set(names))


def test_floors_are_those_of_policy() -> None:
    assert RULES.floors.keys() <= FLOORS.keys()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.title)
def test_at_most_one_rule_claims_an_item(entry: Entry) -> None:
    fitting = [rule.name for rule in RULES.rules if rule.fits(entry.title, entry.wording)]
    assert len(fitting) <= 1


def test_what_is_needed_has_a_name_for_people() -> None:
    needs = {need for rule in RULES.rules for need in rule.needs}
    assert needs <= RULES.names.keys()


def test_every_plan_of_the_shipped_documents_says_why() -> None:
    assert all(re.match(r"[A-Z].*\.$", plan(entry, catalogue(), RULES).because, re.DOTALL) for entry in ENTRIES)


def test_a_rule_that_would_fit_everything_is_refused() -> None:
    text = "rules: [{name: x, operation: a.b, because: c}]\nrequirements: {}\nfloors: {}\nnames: {}\n"
    with pytest.raises(ValueError, match="rule x"):
        read_rules(text)


def test_what_hands_work_over_and_what_rules_need_is_known_to_this_hydra() -> None:
    rooms = found_rooms()
    known = {*rooms.integrations, *(name for one in rooms.integrations.values() for name in one.provides)}
    assert all(rooms.verbs[name].queueable for name in RULES.elsewhere)
    assert {need for rule in RULES.rules if rule.operation in rooms.verbs for need in rule.needs} <= known
