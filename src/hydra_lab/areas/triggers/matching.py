"""What a trigger waits for, tested and in words, and the input made from an event: pure functions."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from hydra_lab.areas.triggers.model import Trigger, ValueTest, When
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.journal import Event

PART = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
MISSING = object()
FACTS = ("data", "subject", "name", "actor", "actor_name", "item", "id", "at")


def facts_of(event: Event) -> dict[str, Any]:
    """What a trigger may look at."""
    return {
        "id": event.id, "at": event.at.isoformat(), "name": event.name, "actor": event.actor,
        "actor_name": event.actor_name, "subject": event.subject, "item": event.item, "data": event.data,
    }  # fmt: skip


def is_for(trigger: str, when: When, event: Event) -> bool:
    """Whether an event is one that this trigger waits for; a measurement is told to the one that asked for it."""
    return fits(when, event) and (when.metric is None or event.subject == trigger)


def fits(when: When, event: Event) -> bool:
    """Whether an event is one that is waited for."""
    name, star = when.event.removesuffix("*"), when.event.endswith("*")
    if not (event.name.startswith(name) if star else event.name == name):
        return False
    if when.subject is not None and not fnmatchcase(event.subject or "", when.subject):
        return False
    facts = facts_of(event)
    return all(holds(wanted, at(facts, path)) for path, wanted in when.where.items())


def holds(wanted: Any, value: Any) -> bool:
    """Whether a value is the wanted one, one of those wanted, or passes the test. A missing value never does."""
    if value is MISSING:
        return False
    if isinstance(wanted, ValueTest):
        return passes(wanted, value)
    return any(same(one, value) for one in (wanted if isinstance(wanted, list) else [wanted]))


def same(wanted: Any, value: Any) -> bool:
    """Equality that does not take ``1`` for ``true``."""
    return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)


def passes(test: ValueTest, value: Any) -> bool:
    """Whether every given part of a test holds."""
    if test.matches is not None and not (isinstance(value, str) and fnmatchcase(value, test.matches)):
        return False
    if test.above is None and test.below is None:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return (test.above is None or value > test.above) and (test.below is None or value < test.below)


def at(facts: Any, path: str) -> Any:
    """The value at a dotted path, list positions as numbers; ``MISSING`` where there is none."""
    for part in path.split("."):
        if isinstance(facts, Mapping) and part in facts:
            facts = facts[part]
        elif isinstance(facts, list) and part.isdigit() and int(part) < len(facts):
            facts = facts[int(part)]
        else:
            return MISSING
    return facts


def filled(value: Any, event: Event) -> Any:
    """A template with parts of the event in it. A text that is nothing but one part keeps the part's type.

    Raises ``Invalid`` that names a part which the event does not have.
    """
    if isinstance(value, dict):
        return {key: filled(one, event) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, event) for one in value]
    if not isinstance(value, str):
        return value
    facts = facts_of(event)
    whole = PART.fullmatch(value.strip())
    if whole:
        return found(facts, whole[1])
    return PART.sub(lambda match: as_text(found(facts, match[1])), value)


def found(facts: dict[str, Any], path: str) -> Any:
    """The value at a path. Raises ``Invalid``."""
    value = at(facts, path)
    if value is MISSING:
        raise Invalid(f"The event has no {path}.", fix="`hydra triggers test` shows what recent events hold.")
    return value


def as_text(value: Any) -> str:
    """A value inside a text; a whole number without a fraction."""
    whole = isinstance(value, float) and value.is_integer()
    return "" if value is None else str(int(value) if whole else value)


def in_words(trigger: Trigger) -> str:
    """When what happens, it starts what."""
    return f"When {occasion(trigger.when)}, start {trigger.start.operation}"


def occasion(when: When) -> str:
    """What is waited for."""
    if when.metric:
        tests = [f"{path} {test_in_words(test)}" for path, test in when.where.items()]
        return f"{when.metric.query} {when.metric.limit}" + (f" and {' and '.join(tests)}" if tests else "")
    tests = [f"{path} {test_in_words(test)}" for path, test in when.where.items()]
    subject = f" of {when.subject}" if when.subject else ""
    return when.event + subject + (f" where {' and '.join(tests)}" if tests else "")


def test_in_words(test: Any) -> str:
    """What a value must be."""
    if isinstance(test, ValueTest):
        parts = [("is above", test.above), ("is below", test.below), ("looks like", test.matches)]
        return " and ".join(f"{word} {spoken(value)}" for word, value in parts if value is not None) or "is there"
    if isinstance(test, list):
        words = list(dict.fromkeys(spoken(one) for one in test))
        return f"is {' or '.join(words)}"
    return f"is {spoken(test)}"


def spoken(value: Any) -> str:
    """A value as it is written."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "nothing"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value) or "empty"


def guards(trigger: Trigger) -> list[str]:
    """What keeps it from starting too much, as sentences without their ends."""
    said = [f"at most {trigger.most_an_hour} times an hour"]
    if trigger.cooldown_minutes:
        said.insert(0, f"not again for {trigger.cooldown_minutes:g} min")
    if trigger.once_per:
        said.insert(0, f"once for each {trigger.once_per}")
    return said
