"""The example policy can be copied as it is."""

from datetime import time
from pathlib import Path

from hydra_lab.kernel.policy.document import read_rules

EXAMPLE = Path(__file__).parents[3] / "examples" / "policy.yaml"


def test_the_example_policy_is_in_order() -> None:
    rules = read_rules(EXAMPLE.read_text(), (time(22), time(7)))
    assert len(rules) >= 4
    assert [rule.name for rule in rules if "policy.yaml:" not in rule.name] == []
