"""Policy in words: every rule that is in force, as a page or a table shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from hydra_lab.kernel.policy.floors import ADMINISTRATION, FLOORS
from hydra_lab.kernel.policy.model import Verdict
from hydra_lab.kernel.policy.rules import Rule


@dataclass(frozen=True, kw_only=True)
class ShownRule:
    """One rule in words: what it is about, what it answers, and why. ``unanswered`` is what becomes of its question."""

    name: str
    about: str
    verdict: Verdict
    reason: str
    unanswered: str | None = None


def floor_rules() -> list[ShownRule]:
    """The floors, which no file can lower. The owner's own yes, given with the call, counts."""
    shown = [
        ShownRule(name=f"floor:{name}", about=f"whatever {name}", verdict=Verdict.ASK, reason=why)
        for name, why in FLOORS.items()
    ]
    administration = ShownRule(
        name=f"floor:{ADMINISTRATION}", about="what wants the scope “admin”, called by no person",
        verdict=Verdict.ASK, reason="only a person changes who may come in and what is configured",
    )  # fmt: skip
    approval = ShownRule(
        name="approval", about="answering an approval, by no person", verdict=Verdict.DENY,
        reason="only a person may approve",
    )  # fmt: skip
    return [*shown, administration, approval]


def built_in_rules() -> list[ShownRule]:
    """What holds where no rule of the owner's speaks, in order."""
    rows = (
        ("scope", "a call whose credential has not the scope it wants", Verdict.DENY, "credentials reach so far only"),
        ("read", "whatever only reads", Verdict.ALLOW, "reads are allowed"),
        ("passes-on", "adding to the queue", Verdict.ALLOW, "what it hands over is judged by itself"),
        ("danger", "danger, confirmed by the person who calls", Verdict.ALLOW, "naming the thing is a yes"),
        ("danger", "any other danger", Verdict.ASK, "a person confirms it"),
        ("write", "changes by a person", Verdict.ALLOW, "a person may change things"),
        (
            "supervised",
            "changes by schedules and backlogs in supervised mode",
            Verdict.ASK,
            "in supervised mode every change asks first",
        ),
        (
            "write",
            "changes by schedules and imported backlogs",
            Verdict.ALLOW,
            "schedules and imported backlogs may change things",
        ),
        ("agent", "changes by an agent", Verdict.ASK, "what an agent wants to change asks first"),
        ("hook", "changes by a hook", Verdict.ASK, "what a hook wants to change asks first"),
        ("deny", "everything else", Verdict.DENY, "what no rule allows does not happen"),
    )
    return [
        ShownRule(name=f"built-in:{name}", about=about, verdict=verdict, reason=reason)
        for name, about, verdict, reason in rows
    ]


def written_rules(rules: tuple[Rule, ...]) -> list[ShownRule]:
    """The owner's rules."""
    return [
        ShownRule(
            name=rule.name, about=about(rule), verdict=rule.verdict, reason=rule.reason, unanswered=unanswered(rule)
        )
        for rule in rules
    ]  # fmt: skip


def unanswered(rule: Rule) -> str | None:
    """What an unanswered question of a rule comes to, where the rule says so."""
    if rule.verdict is not Verdict.ASK or not (rule.lapse or rule.default_yes):
        return None
    after = f" after {rule.lapse.total_seconds() / 3600:g} h" if rule.lapse else ""
    return f"counts as {'yes' if rule.default_yes else 'no'}{after}"


def about(rule: Rule) -> str:
    """Which calls a rule of the owner's fits, in words."""
    hours = [f"{begin:%H:%M} and {end:%H:%M}" for begin, end in rule.hours.written] if rule.hours else []
    parts = (
        ("", rule.operations.written if rule.operations else ("every operation",)),
        ("with effect ", sorted(rule.effects or ())),
        ("on ", rule.targets.written if rule.targets else ()),
        ("called by ", rule.actors.written if rule.actors else ()),
        ("in mode ", sorted(rule.modes or ())),
        ("between ", hours),
    )
    return ", ".join(f"{word}{either(texts)}" for word, texts in parts if texts)


def either(texts: Sequence[str]) -> str:
    """``a, b or c``."""
    return " or ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))
