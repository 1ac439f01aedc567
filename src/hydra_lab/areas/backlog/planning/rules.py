"""Matching rules: which operation does what a backlog's item asks for, kept as data in ``rules.yaml``."""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LONGEST = 4000  # characters of an item that rules look at
CREDENTIAL = re.compile(r"webhook|url|token|key\b|password|secret|credential|address|access|login", re.IGNORECASE)
FILE = Path(__file__).with_name("rules.yaml")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule: the first whose patterns all fit an item names its operation.

    ``input`` may hold ``{title}``, ``{topic}`` and ``{task}``. ``needs`` are capabilities or integrations,
    ``part`` what brings the operation where Hydra has it not yet, ``because`` why this operation does what the item
    asks.
    """

    name: str
    operation: str
    because: str
    title: re.Pattern[str] | None = None
    text: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    input: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    part: str | None = None
    window: str | None = None

    def fits(self, title: str, text: str) -> bool:
        """Whether an item with this title and wording is meant."""
        if self.title and not self.title.search(title[:LONGEST]):
            return False
        if self.text and not self.text.search(text[:LONGEST]):
            return False
        return not (self.unless and self.unless.search(text[:LONGEST]))


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """An outside system that a ``BLOCKED (needs …)`` means; ``name`` is what a person calls what is missing."""

    integration: str
    words: re.Pattern[str]
    name: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """All rules, in order. ``floors`` are rules built into policy; ``names`` say what a need is called.

    ``elsewhere`` are operations that hand over what no operation does, each with to whom; ``alone`` are changes that a
    person need not be asked about where a model chose them.
    """

    rules: tuple[Rule, ...]
    requirements: tuple[Requirement, ...]
    floors: dict[str, re.Pattern[str]]
    names: dict[str, str]
    elsewhere: dict[str, str] = field(default_factory=dict)
    alone: frozenset[str] = frozenset()

    def match(self, title: str, text: str) -> Rule | None:
        """The first rule that fits."""
        return next((rule for rule in self.rules if rule.fits(title, text)), None)

    def requirement(self, text: str) -> Requirement | None:
        """The outside system whose credential or address a text asks for."""
        return next((one for one in self.requirements if one.words.search(text[:LONGEST])), None)

    def blocker(self, needed: str, title: str) -> Requirement | None:
        """The outside system that ``BLOCKED (needs …)`` means.

        ``webhook URL`` alone does not say whose it is, so the title may say it. More than three words without any
        credential among them (``a bigger disk for the Docker host``) are something only a person can provide.
        """
        credential = CREDENTIAL.search(needed[:LONGEST])
        if not credential and len(needed.split()) > 3:
            return None
        return self.requirement(needed) or (self.requirement(title) if credential else None)

    def floor(self, text: str) -> str | None:
        """The built-in rule of policy that a line repeats."""
        return next((name for name, words in self.floors.items() if words.search(text[:LONGEST])), None)


def read_rules(text: str) -> Rules:
    """Rules from YAML; raises ``ValueError`` or ``TypeError`` naming the rule that cannot be read."""
    data = yaml.safe_load(text)
    return Rules(
        rules=tuple(read_rule(one) for one in data["rules"]),
        requirements=tuple(
            Requirement(integration=name, words=pattern(one["words"]), name=one["name"])
            for name, one in data["requirements"].items()
        ),
        floors={name: pattern(words) for name, words in data["floors"].items()},
        names=dict(data["names"]),
        elsewhere=dict(data.get("elsewhere", {})),
        alone=frozenset(data.get("alone", ())),
    )


def read_rule(data: dict[str, Any]) -> Rule:
    """One rule from its mapping."""
    patterns = {name: pattern(data[name]) for name in ("title", "text", "unless") if name in data}
    if not patterns.keys() & {"title", "text"}:
        raise ValueError(f"rule {data.get('name')} says neither title nor text, so it would fit everything")
    return Rule(**(data | patterns | {"needs": tuple(data.get("needs", ()))}))


def pattern(words: str) -> re.Pattern[str]:
    """A pattern that looks for words whatever their case; spaces in it are for the reader only."""
    return re.compile(words, re.IGNORECASE | re.VERBOSE)


@cache
def shipped_rules() -> Rules:
    """The rules that come with Hydra."""
    return read_rules(FILE.read_text(encoding="utf-8"))
