"""What a backlog's phases and user-input lists point at: which item each of their lines means."""

import re
from dataclasses import replace

from hydra_lab.areas.backlog.model import Document, Entry, InputRule, Phase, Unread
from hydra_lab.areas.backlog.planning.rules import LONGEST, Rules
from hydra_lab.areas.backlog.planning.words import Index

SECTION = re.compile(r"(?<![\d.])(\d{1,6}(?:\.\d{1,6}){1,5})(?![\d.])")
TIER = re.compile(r"\btier[ \t]+(\d{1,6})(?!\d|\.\d)", re.IGNORECASE)
MAX_LINES = 5_000  # steps that are matched by words; more of them are reported
MAX_RULES = 200  # lines of the user-input lists that are read; more of them are reported
NAMED = 0.55  # how well words must fit for a user-input line to name an item


def link(document: Document, rules: Rules) -> Document:
    """The document with every step and every user-input line tied to its items, or reported as unread.

    An item's phase is the first that names it. A line of the "requires" list can only add a question; a line of the
    "without" list grants nothing, it is shown.
    """
    finder = Finder(document.entries, rules)
    phases = tuple(finder.phase(phase) for phase in document.phases)
    without = tuple(finder.rule(rule) for rule in document.without_input)
    requires = tuple(finder.rule(rule) for rule in document.requires_input)
    phase_of: dict[str, str] = {}
    for phase in phases:
        for step in phase.steps:
            if step.key:
                phase_of.setdefault(step.key, phase.letter)
    asking: dict[str, InputRule] = {}
    for rule in requires:
        for key in rule.keys:
            asking.setdefault(key, rule)
    entries = tuple(
        replace(entry, phase=phase_of.get(entry.key), asks=question(entry, asking.get(entry.key), rules))
        for entry in document.entries
    )
    missed = [
        *lost_steps(phases),
        *lost_rules(without, "it names no item or tier"),
        *lost_rules(requires, "it names no item, tier or rule Hydra knows, so it tightens nothing"),
    ]
    unread = sorted((*document.unread, *missed), key=lambda one: one.line)
    return replace(
        document, entries=entries, phases=phases, without_input=without, requires_input=requires, unread=tuple(unread)
    )


def question(entry: Entry, rule: InputRule | None, rules: Rules) -> str | None:
    """The line that makes an item ask first.

    None is needed where the input that the line wants is the very credential the item is blocked on: configuring it
    is the answer.
    """
    if rule is None:
        return None
    if rule.requirement and entry.blocked_on is not None:
        waits_for = rules.blocker(entry.blocked_on, entry.title)
        if waits_for and waits_for.integration == rule.requirement:
            return None
    return rule.text


class Finder:
    """Items by section, tier and words."""

    def __init__(self, entries: tuple[Entry, ...], rules: Rules) -> None:
        self.rules = rules
        self.entries = entries
        self.index = Index({entry.key: entry.title for entry in entries})
        self.by_title = {entry.title.casefold(): entry.key for entry in reversed(entries)}
        self.by_tier: dict[int | None, list[str]] = {}
        self.by_section: dict[str | None, list[str]] = {}
        for entry in entries:
            self.by_tier.setdefault(entry.tier, []).append(entry.key)
            self.by_section.setdefault(entry.section, []).append(entry.key)
        self.by_floor: dict[str, list[str]] = {}
        self.looked = self.rules_read = 0

    def phase(self, phase: Phase) -> Phase:
        """A phase with each step's item: by its section, its exact title, or its words."""
        steps = tuple(replace(step, key=self.one(step.text)) for step in phase.steps)
        return replace(phase, steps=steps)

    def one(self, text: str) -> str | None:
        """The one item a step means, ``None`` where none or several fit."""
        for section in SECTION.findall(text[:500]):
            if section in self.by_section:
                return self.by_section[section][0]
        if exact := self.by_title.get(text.casefold().strip()):
            return exact
        self.looked += 1
        return self.index.best(text) if self.looked <= MAX_LINES else None

    def rule(self, rule: InputRule) -> InputRule:
        """A line of a user-input list with all items it names and the rule of policy that says the same.

        A section says more than a tier, a tier more than words; by words, every item that fits well is meant, and
        every item that speaks of what the rule of policy guards.
        """
        self.rules_read += 1
        if self.rules_read > MAX_RULES:
            return rule
        text = rule.text[:500]
        keys = [key for found in SECTION.findall(text) for key in self.by_section.get(found, ())]
        keys = keys or [key for found in TIER.findall(text)[:20] for key in self.by_tier.get(int(found), ())]
        floor = self.rules.floor(text)
        if not keys:
            keys = [key for key, score in self.index.ranked(text, limit=50) if score >= NAMED]
            keys += self.guarded(floor) if floor else []
        wanted = None if floor else self.rules.requirement(text)
        unique = tuple(dict.fromkeys(keys))
        return replace(rule, keys=unique, floor=floor, requirement=wanted.integration if wanted else None)

    def guarded(self, floor: str) -> list[str]:
        """Items that speak of what a rule of policy guards, e.g. of pushing git."""
        if floor not in self.by_floor:
            words = self.rules.floors[floor]
            self.by_floor[floor] = [entry.key for entry in self.entries if words.search(entry.wording[:LONGEST])]
        return self.by_floor[floor]


def lost_steps(phases: tuple[Phase, ...]) -> list[Unread]:
    """Steps that mean no item, or several."""
    return [
        Unread(line=step.line, text=step.text, why="no item, or more than one, fits this step")
        for phase in phases
        for step in phase.steps
        if step.key is None
    ]


def lost_rules(rules: tuple[InputRule, ...], why: str) -> list[Unread]:
    """Lines of a user-input list that name nothing."""
    return [Unread(line=rule.line, text=rule.text, why=why) for rule in rules if not rule.keys and not rule.floor]
