"""From an item of a backlog to work: which operation does it, with what input, and what it must wait for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hydra_lab.areas.backlog.model import Entry, Status
from hydra_lab.areas.backlog.planning.catalogue import Catalogue
from hydra_lab.areas.backlog.planning.rules import Rule, Rules
from hydra_lab.areas.backlog.reading.fields import route
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.work.model import HoldKind, NewHold
from hydra_lab.kernel.work.window import parse_window

PLACEHOLDERS = ("title", "topic", "task")
AGAIN = "Hydra looks again at every start"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What becomes of an item. ``operation`` is ``None`` exactly when one of ``holds`` is a ``plan`` hold.

    ``by`` says what decided (``run``, ``command``, a rule's name, or ``nothing``), ``because`` why, for a person.
    """

    operation: str | None
    by: str
    because: str
    input: dict[str, Any] = field(default_factory=dict)
    holds: tuple[NewHold, ...] = ()
    window: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An operation somebody named: by the Run field, the Command field or a rule."""

    operation: str
    input: dict[str, Any]
    by: str
    because: str
    missing: str = ""  # what is said where this Hydra has no such operation
    needs: tuple[str, ...] = ()


def plan(entry: Entry, catalogue: Catalogue, rules: Rules, *, night: str | None = None) -> Plan:
    """Plan one item that the document does not report as done.

    The order is: its Run field, its Command field, the rules, then suggestions. A Run or Command field that cannot be
    followed is not passed over in silence for a rule: the hold says what is wrong with it. ``night`` is the window of
    the item's phase.
    """
    rule = rules.match(entry.title, entry.wording)
    window = entry.window or night or (rule.window if rule else None)
    bad_window = window_trouble(window)
    choice = run_choice(entry) or command_choice(entry, catalogue, rule, rules) or rule_choice(entry, rule, rules)
    problem = bad_window or trouble(choice, catalogue)
    holds = tuple(blocks(entry, rules))
    if problem:
        holds = (unplanned(entry, catalogue, rules, problem, choice), *holds)
    return Plan(
        operation=choice.operation if choice and not problem else None,
        by=choice.by if choice else "nothing",
        because=choice.because if choice else "No field of the item and no rule says which operation does this.",
        input=choice.input if choice and not problem else {},
        holds=holds,
        window=None if bad_window else window,
        needs=choice.needs if choice else (),
    )


def run_choice(entry: Entry) -> Choice | None:
    """What the Run field names."""
    if entry.run is None:
        return None
    missing = f"The Run field cannot be read: {entry.run.problem}." if entry.run.problem else ""
    because = "The item's Run field says so."
    return Choice(operation=entry.run.operation, input=entry.run.input, by="run", because=because, missing=missing)


def command_choice(entry: Entry, catalogue: Catalogue, rule: Rule | None, rules: Rules) -> Choice | None:
    """What answers the call in the Command field; ``None`` without such a field."""
    if entry.command is None:
        return None
    wanted = route(entry.command)
    if wanted is None:
        missing = f"The command “{entry.command[:120]}” is no call of Hydra (METHOD /path); it runs nothing else."
        return Choice(operation="", input={}, by="command", because="It has a Command field.", missing=missing)
    said = f"{wanted.method} {wanted.path}"
    because = f"The item's command is {said}."
    found = catalogue.at(wanted.method, wanted.path)
    if found:
        known, values = found
        return Choice(operation=known.name, input=values | (wanted.body or {}), by="command", because=because)
    if rule and rule.operation in catalogue.by_name:
        return rule_choice(entry, rule, rules)
    later = f" (operation {rule.operation}, of {rule.part})" if rule and rule.part else ""
    needed = f"; it needs {spoken(rule.needs, rules)}" if rule and rule.needs else ""
    missing = f"{said}{later} is not part of this Hydra yet{needed}."
    name, needs = (rule.operation, rule.needs) if rule else ("", ())
    return Choice(operation=name, input={}, by="command", because=because, missing=missing, needs=needs)


def rule_choice(entry: Entry, rule: Rule | None, rules: Rules) -> Choice | None:
    """What a rule names."""
    if rule is None:
        return None
    part = f", which comes with {rule.part}," if rule.part else ""
    needed = f"; it needs {spoken(rule.needs, rules)}" if rule.needs else ""
    return Choice(
        operation=rule.operation,
        input=filled(rule.input, entry),
        by=rule.name,
        because=rule.because,
        missing=f"Operation {rule.operation}{part} is not part of this Hydra yet{needed}.",
        needs=rule.needs,
    )


def trouble(choice: Choice | None, catalogue: Catalogue) -> str | None:
    """Why a choice cannot be work, ``None`` where it can."""
    if choice is None:
        return "Nobody knows yet which operation does this."
    known = catalogue.by_name.get(choice.operation)
    if choice.by == "run" and choice.missing:
        return choice.missing
    if known is None:
        return choice.missing or f"There is no operation {choice.operation} in this Hydra."
    if not known.queueable:
        return f"Operation {known.name} answers at once and cannot be queued."
    return known.problem(choice.input)


def window_trouble(window: str | None) -> str | None:
    """Why a window cannot be kept to: work whose hours nobody can read does not start at any."""
    if window is None:
        return None
    try:
        parse_window(window)
    except Invalid as error:
        return f"{error.detail} {error.fix}"
    return None


def unplanned(entry: Entry, catalogue: Catalogue, rules: Rules, detail: str, choice: Choice | None = None) -> NewHold:
    """A ``plan`` hold: what is missing, and what one could choose instead.

    Operations are called near only where the title's words really are theirs, or where the item asks for what policy
    has a floor for and they do it, and nobody named one that this Hydra simply has not yet: another with similar words
    would not do what that one does. Where nothing is near and nobody
    named anything, what is suggested is to hand the work over, and the hold says that it is no more than that.
    """
    named = bool(choice and choice.operation and choice.operation not in catalogue.by_name and choice.by != "run")
    near = [] if named else catalogue.near(entry.title) or catalogue.under(rules.floor(entry.wording))
    known = [] if near or choice else [name for name in rules.elsewhere if name in catalogue.by_name]
    told = f" (near: {join(near)})" if near else ""
    if known:
        told = ": none is near, but " + join([f"{name} hands it to {rules.elsewhere[name]}" for name in known], "and")
    again = "Correct the item in the document and import it again" if choice and choice.by == "run" else AGAIN
    return NewHold(
        kind=HoldKind.PLAN,
        detail=detail,
        unblock=f"{again}, or choose an operation{told}.",
        ref=choice.operation or None if choice else None,
        data={"suggestions": near or known, **({"needs": list(choice.needs)} if choice and choice.needs else {})},
    )


def blocks(entry: Entry, rules: Rules) -> Iterator[NewHold]:
    """What ``BLOCKED (needs …)`` waits for: an outside system's configuration, or else a person's word."""
    if entry.status is not Status.BLOCKED or entry.blocked_on is None:
        return
    needed = entry.blocked_on
    wanted = rules.blocker(needed, entry.title)
    if wanted:
        yield NewHold(
            kind=HoldKind.REQUIREMENT,
            detail=f"Waits for {wanted.name} (the document: needs {needed}).",
            unblock=f"Set it at /ui/integrations/{wanted.integration}; this wakes by itself once it answers.",
            ref=wanted.integration,
        )


def question(entry: Entry, rules: Rules) -> str | None:
    """Why a person is asked before the item runs, whatever policy says; ``None`` where nothing asks."""
    said = []
    if entry.asks:
        said.append(f"The document lists it under what requires user input: {entry.asks}")
    if entry.status is Status.BLOCKED and not list(blocks(entry, rules)):
        said.append(f"The document says it is blocked: needs {entry.blocked_on or 'something it does not name'}.")
    if entry.status is Status.SHELVED:
        status = (entry.status_text or "").strip().rstrip(".")
        said.append(f"The document's status of it is “{status}”." if status else "The document has struck it through.")
    return ". ".join(one.removesuffix(".") for one in said) + "." if len(said) > 1 else (said[0] if said else None)


def filled(template: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """A rule's input with the item's own words put in."""
    words = {
        "title": entry.title,
        "topic": entry.topic or entry.title.partition(":")[2].strip() or entry.title,
        "task": entry.task or entry.title,
    }

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            for name in PLACEHOLDERS:
                if value == f"{{{name}}}":
                    return words[name]
            return value
        if isinstance(value, dict):
            return {key: fill(inner) for key, inner in value.items()}
        return [fill(inner) for inner in value] if isinstance(value, list) else value

    return {key: fill(value) for key, value in template.items()}


def spoken(needs: tuple[str, ...], rules: Rules) -> str:
    """``Docker and Prometheus`` of the needs' names."""
    return join([rules.names.get(need, need.replace("_", " ")) for need in needs], "and")


def join(words: list[str], last: str = "or") -> str:
    """``a, b or c``."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
