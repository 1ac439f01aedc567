"""Which rule is about a model, and when it goes."""

from datetime import timedelta

from hydra_lab.areas.broker.model import IdleRule, idle_too_long
from tests.kernel.gpus.cards import model
from tests.lab import NOON

RULES = [
    IdleRule(model="llama*"),
    IdleRule(model="*", server="ollama", idle_minutes=30),
    IdleRule(model="*", idle_minutes=1),
]


def test_the_first_rule_about_a_model_counts() -> None:
    leases = [model("llama3", 5), model("qwen", 5), model("qwen-vl", 5, used_at=NOON - timedelta(minutes=29))]
    assert [one.title for one in idle_too_long(leases, RULES, NOON)] == ["qwen"]
    assert idle_too_long(leases, [], NOON) == []


def test_what_is_pinned_in_use_loading_or_not_for_unloading_stays() -> None:
    leases = [
        model("pinned", 5, pinned=True), model("busy", 5, busy_until=NOON + timedelta(seconds=1)),
        model("loading", 5, settled_at=None), model("fixed", 5, movable=False),
    ]  # fmt: skip
    assert idle_too_long(leases, RULES, NOON) == []
