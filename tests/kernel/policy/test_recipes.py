"""The recipes of the policy guide do what they say."""

import re
from datetime import UTC, datetime, time
from typing import Any

import pytest

from hydra_lab.kernel.operation import Effect
from hydra_lab.kernel.policy.document import read_rules
from hydra_lab.kernel.policy.model import Actor, ActorKind, Verdict
from hydra_lab.kernel.policy.rules import Facts, decide
from tests.rules.source import ROOT

NIGHT = (time(22), time(7))
TEXT = (ROOT / "docs" / "guides" / "policy.md").read_text().partition("## Recipes")[2]
RECIPES = {
    block.split("name: ")[1].split("\n")[0]: block for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
}


def said(recipe: str, operation: str, who: str, *, subject: str | None = None, hour: int = 12) -> Verdict:
    """What a recipe answers to a change."""
    kind, _, name = who.partition(":")
    facts = Facts(
        operation=operation, effect=Effect.WRITE, scope="write", subject=subject,
        actor=Actor(kind=ActorKind(kind), name=name, scopes=frozenset({"write"})),
        local=datetime(2026, 3, 1, hour, tzinfo=UTC),
    )  # fmt: skip
    return decide(read_rules(RECIPES[recipe], NIGHT), facts).verdict


@pytest.mark.parametrize(
    ("verdict", "recipe", "operation", "who", "more"),
    [
        (Verdict.ALLOW, "tidy at night", "maintenance.run", "agent:claude", {"hour": 23}),
        (Verdict.ASK, "tidy at night", "maintenance.run", "agent:claude", {"hour": 12}),
        (Verdict.DENY, "hands off", "containers.restart", "schedule:x", {"subject": "media-db"}),
        (Verdict.ALLOW, "hands off", "containers.restart", "person:me", {"subject": "media-db"}),
        (Verdict.ALLOW, "hands off", "containers.restart", "schedule:x", {"subject": "web"}),
        (Verdict.ALLOW, "deploy", "containers.restart", "hook:trigger:deploy", {"subject": "web"}),
        (Verdict.ASK, "deploy", "containers.restart", "hook:trigger:deploy", {"subject": "db"}),
        (Verdict.ASK, "deploy", "containers.restart", "hook:trigger:other", {"subject": "web"}),
        (Verdict.ASK, "calls out", "http.call", "backlog:lab", {}),
        (Verdict.ALLOW, "calls out", "http.call", "person:me", {}),
    ],
)
def test_a_recipe_does_what_it_says(
    verdict: Verdict, recipe: str, operation: str, who: str, more: dict[str, Any]
) -> None:
    assert said(recipe, operation, who, **more) is verdict
