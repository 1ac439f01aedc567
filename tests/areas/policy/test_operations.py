"""Policy as operations: shown with its floors, asked without consequences, changed only with a person's yes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hydra_lab.areas.integrations import AREA as INTEGRATIONS
from hydra_lab.areas.keys import AREA as KEYS
from hydra_lab.areas.policy import AREA, feeds
from hydra_lab.areas.policy.operations import Rules
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.policy import Actor, ActorKind, Verdict
from hydra_lab.kernel.policy.floors import FLOORS
from tests.lab import Lab


@pytest.fixture
def house(make_lab: Callable[..., Lab]) -> Lab:
    """A Hydra with areas to judge."""
    return make_lab(areas=[AREA, KEYS, INTEGRATIONS])


def test_every_rule_is_shown(house: Lab, data_dir: Path) -> None:
    (data_dir / "policy.yaml").write_text("rules: [{operation: keys.*, actor: agent, hours: overnight, then: deny}]")
    rules: Rules = house.call("policy.show")
    assert {f"floor:{name}" for name in FLOORS} <= {one.name for one in rules.floors}
    assert [one.about for one in rules.rules] == ["keys.*, called by agent, between 22:00 and 07:00"]
    assert rules.built_in[-1].verdict is Verdict.DENY
    assert rules.text.startswith("rules:")
    assert rules.problem is None


def test_asking_is_not_doing(house: Lab) -> None:
    answer = house.call("policy.check", operation="keys.create", input={"name": "x"}, actor={"kind": "backlog"})
    assert (answer.verdict, answer.subject, answer.default) == (Verdict.ASK, "x", "no")
    assert answer.lapse_h == 72
    assert house.events() == []


def test_another_mode_time_and_actor_can_be_asked_about(house: Lab, data_dir: Path) -> None:
    (data_dir / "policy.yaml").write_text("rules: [{hours: overnight, actor: hook, then: deny, reason: Sleep.}]")
    actor = {"kind": "hook", "scopes": ["write"]}
    noon = house.call("policy.check", operation="integrations.test", actor=actor)
    night = house.call("policy.check", operation="integrations.test", actor=actor, at="2025-12-19T23:30:00Z")
    assert (noon.verdict, night.verdict, night.reason) == (Verdict.ASK, Verdict.DENY, "Sleep.")
    supervised = house.call(
        "policy.check", operation="integrations.test", actor={"kind": "schedule"}, mode="supervised"
    )
    assert supervised.verdict is Verdict.ASK


def test_a_question_about_nothing_is_answered_as_such(house: Lab) -> None:
    with pytest.raises(NotFound):
        house.call("policy.check", operation="keys.creat")
    with pytest.raises(Invalid):
        house.call("policy.check", operation="keys.create", input={"nam": "x"})


def test_rules_are_put_in_force_with_a_persons_yes(house: Lab) -> None:
    assert house.call("policy.set", text="rules: [{then: deny, actor: agent}]", yes="policy.set").rules == 1
    answer = house.call("policy.check", operation="keys.list", actor={"kind": "agent", "scopes": ["admin"]})
    assert (answer.verdict, answer.rule) == (Verdict.DENY, "policy.yaml:1")
    assert house.names("policy.") == ["policy.changed"]


def test_wrong_rules_are_not_put_in_force(house: Lab) -> None:
    with pytest.raises(Invalid) as caught:
        house.call("policy.set", text="rules: [{then: maybe}, {hours: x, then: ask}]", yes="policy.set")
    assert len(caught.value.problems) == 2
    assert house.names("operations.") == ["operations.called", "operations.failed"]


def test_changing_policy_asks_unless_its_own_name_confirms_it(house: Lab) -> None:
    def verdict(confirm: str | None, kind: str = "person") -> Verdict:
        verb = house.services.registry.operation("policy.set")
        actor = Actor(kind=ActorKind(kind), name="x", scopes=frozenset({"admin"}))
        return house.services.policy.check(verb, None, actor, confirm=confirm).verdict

    assert [verdict(one) for one in (None, "yes", "policy.set")] == [Verdict.ASK, Verdict.ASK, Verdict.ALLOW]
    assert verdict("policy.set", "agent") is Verdict.ASK


def test_a_check_says_when_policy_cannot_be_read(house: Lab, data_dir: Path) -> None:
    assert feeds.readable(house.context()).status == "ok"
    (data_dir / "policy.yaml").write_text("rules: [")
    house.clock.pass_(seconds=2)
    result = feeds.readable(house.context())
    assert result.status == "bad"
    assert result.fix


def test_rules_are_read_without_being_put_in_force(house: Lab) -> None:
    text = """rules:
      - {operation: keys.create, actor: agent, then: ask, lapse: 2h, default: yes}
      - {operation: key.create, then: allow}
      - {operation: policy.set, then: allow}
      - {then: deny}
      - {operation: keys.list, then: ask}"""
    understood = house.call("policy.validate", text=text)
    assert [one.verdict for one in understood.rules] == ["ask", "allow", "allow", "deny", "ask"]
    assert understood.rules[0].unanswered == "counts as yes after 2 h"
    for words in ("no operation key.create", "the floor asks anyway", "policy.yaml:5 is never reached"):
        assert any(words in one for one in understood.remarks), understood.remarks
    assert house.call("policy.show").rules == []
    with pytest.raises(Invalid):
        house.call("policy.validate", text="rules: [{then: maybe}]")


def test_rules_that_were_changed_meanwhile_are_not_overwritten(house: Lab, data_dir: Path) -> None:
    opened = house.call("policy.show").fingerprint
    (data_dir / "policy.yaml").write_text("rules: [{then: deny, actor: hook}]")
    with pytest.raises(Conflict):
        house.call("policy.set", text="rules: []", replaces=opened, yes="policy.set")
    assert house.call("policy.set", text="rules: []", replaces=house.call("policy.show").fingerprint, yes="policy.set")


def test_a_file_that_is_not_in_force_can_be_seen_and_corrected(house: Lab, data_dir: Path) -> None:
    (data_dir / "policy.yaml").write_text("rules: [{then: maybe}]")
    house.clock.pass_(seconds=2)
    rules: Rules = house.call("policy.show")
    assert rules.problem
    assert rules.standing == "rules: [{then: maybe}]"


def test_a_call_is_judged_by_what_it_would_be_about(house: Lab, data_dir: Path) -> None:
    (data_dir / "policy.yaml").write_text("rules: [{operation: keys.create, target: guest-*, then: deny}]")
    about = house.call("policy.check", operation="keys.create", target="guest-1")
    assert (about.verdict, about.subject) == (Verdict.DENY, "guest-1")
    assert house.call("policy.check", operation="keys.create", target="phone").verdict is Verdict.ALLOW
